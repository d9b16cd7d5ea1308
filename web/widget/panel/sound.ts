// The sound of a message that came in: two soft notes, made here, so that nothing has to be loaded.

/** Semitones of a fourth upwards, and when they begin, in seconds. */
const NOTES: readonly (readonly [hertz: number, at: number])[] = [
  [587.33, 0],
  [783.99, 0.11],
];
const LOUDNESS = 0.12;
const LENGTH_S = 0.55;
/** Until then no other tab makes the same sound. */
const LOCK_MS = 3_000;

let context: AudioContext | null = null;

/** In one tab only, whichever is first to take the name; and only after somebody has touched the panel, as browsers want it. */
export function chime(name: string): void {
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
  const sound = (lock: unknown) => {
    if (!lock) return;
    ring((context ??= new AudioContext()));
    return new Promise((resolve) => setTimeout(resolve, LOCK_MS));
  };
  try {
    navigator.locks.request(name, { ifAvailable: true }, sound).catch(() => {});
  } catch {
    void sound(true);
  }
}

function ring(context: AudioContext): void {
  void context.resume();
  for (const [hertz, at] of NOTES) {
    const from = context.currentTime + at;
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.frequency.value = hertz;
    loudness.gain.setValueAtTime(0, from);
    loudness.gain.linearRampToValueAtTime(LOUDNESS, from + 0.015);
    loudness.gain.exponentialRampToValueAtTime(0.0001, from + LENGTH_S);
    tone.connect(loudness).connect(context.destination);
    tone.start(from);
    tone.stop(from + LENGTH_S);
  }
}
