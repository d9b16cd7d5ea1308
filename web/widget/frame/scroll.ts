// The page's own scrolling, which stops while the panel is the whole screen of a phone.

/** What the page had before. */
let before: string | undefined;

export function holdScroll(isHeld: boolean): void {
  const root = document.documentElement;
  if (isHeld && before === undefined) {
    before = root.style.overflow;
    root.style.overflow = 'hidden';
  } else if (!isHeld && before !== undefined) {
    root.style.overflow = before;
    before = undefined;
    if (!root.getAttribute('style')) root.removeAttribute('style');
  }
}
