// What a page hands over may be anything. Only plain values go on: text, numbers, yes and no, and objects of these.

const TEXT_LENGTH_MAX = 5_000;
const NAME_LENGTH_MAX = 100;
const NAMES_MAX = 100;
/** As deep as the tree of texts. */
const DEPTH_MAX = 5;

export type Plain = string | number | boolean | null | { [name: string]: Plain };

/** The value without what is not plain, which the console names; undefined where nothing is left. `skipped` is not looked at. */
export function plain(value: unknown, path: string, skipped?: RegExp, depth = 0): Plain | undefined {
  try {
    if (value == null || value === !!value || Number.isFinite(value)) return value as Plain;
    if (typeof value === 'string' && value.length <= TEXT_LENGTH_MAX) return value;
    if (depth < DEPTH_MAX && {}.toString.call(value) === '[object Object]') {
      const kept: Record<string, Plain | undefined> = {};
      let count = 0;
      for (const name of Object.keys(value)) {
        const inside = `${path}.${name.slice(0, NAME_LENGTH_MAX)}`;
        if (++count > NAMES_MAX) {
          complain(inside);
          break;
        }
        if (name.length > NAME_LENGTH_MAX || name === '__proto__') complain(inside);
        else if (!skipped?.test(name)) kept[name] = plain((value as Record<string, unknown>)[name], inside, undefined, depth + 1);
      }
      return kept as Plain;
    }
  } catch {
    // A getter or a proxy that refuses: said below.
  }
  return complain(path);
}

export function complain(what: string): undefined {
  console.error(`BrevoConversations: ${what} is not usable`);
}
