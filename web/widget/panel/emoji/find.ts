// Emoji by words. Pure.
export type Emoji = readonly [picture: string, name: string, words: string];

/** Those with words that begin with each of the words asked for; the ones whose name begins so come first. */
export function find(all: readonly Emoji[], asked: string): readonly Emoji[] {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const rank = ([, name]: Emoji) => (name.startsWith(words[0]!) ? 0 : 1);
  return all
    .filter(([picture, name, own]) => {
      const known = `${name} ${own}`.split(/[\s-]+/);
      return picture === asked.trim() || words.every((word) => known.some((one) => one.startsWith(word)));
    })
    .sort((a, b) => rank(a) - rank(b));
}

/** The last ones first, each once. */
export function used(before: readonly string[], picture: string, max: number): string[] {
  return [picture, ...before.filter((one) => one !== picture)].slice(0, max);
}
