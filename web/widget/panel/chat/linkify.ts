// Finds addresses in a text. What is shown of a link is where it leads; whatever pretends otherwise stays text. Pure.

export interface Link {
  href: string;
  text: string;
}

/** Without what ends an address, and without marks that turn the direction of what is read. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\u00ab\u00bb\u061c\u200b-\u200f\u2018-\u201f\u2028-\u202e\u2060-\u206f\u3000-\u3002\uff08\uff09]+/giu;
const TRAILING = /[.,:;!?*_~…]+$/u;

export function linkify(text: string): (string | Link)[] {
  const parts: (string | Link)[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = trimmed(found);
    const link = linkOf(address);
    if (!link) continue;
    if (index > from) parts.push(text.slice(from, index));
    parts.push(link);
    from = index + address.length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

/** A sentence's mark at the end, and brackets that the address has not opened, belong to the text. */
function trimmed(found: string): string {
  let address = found.replace(TRAILING, '');
  for (;;) {
    const [close, open] = address.endsWith(')') ? [')', '('] : address.endsWith(']') ? [']', '['] : [];
    if (!close || !open || address.split(close).length <= address.split(open).length) return address;
    address = address.slice(0, -1).replace(TRAILING, '');
  }
}

function linkOf(address: string): Link | null {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  // `https://bank.example@evil.example` leads to the second one.
  if (url.username || url.password) return null;
  const isPlain = address.toLowerCase().startsWith(`${url.protocol}//${url.host}`);
  return { href: url.href, text: isPlain ? address : url.href };
}
