// Says what came in to those who cannot see it: all of a moment together, and once.

export interface Announcer {
  say(text: string): void;
}

/** What comes within this time is said together. */
const TOGETHER_MS = 500;
/** Long enough to be read out; the same words may then be said again. */
const SAID_MS = 5_000;
const LINES_MAX = 5;

export function announcer(tell: (text: string) => void): Announcer {
  let lines: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = (text: string) => {
    if (!lines.includes(text)) lines.push(text);
    clearTimeout(timer);
    timer = setTimeout(() => {
      tell(lines.slice(-LINES_MAX).join('\n'));
      lines = [];
      timer = setTimeout(() => tell(''), SAID_MS);
    }, TOGETHER_MS);
  };
  return { say };
}
