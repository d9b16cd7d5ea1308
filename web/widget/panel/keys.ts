// The keys of the whole panel beside Escape: F6 goes to its next part, and on phones Tab stays inside.
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

const FOCUSABLE = 'a[href],button,input:not([hidden]),textarea,select,[tabindex="0"]';
/** In the order of F6. */
const PARTS = ['.composer-text', '.thread', '.header-button'];

export function Keys({ frame, isModal }: { frame: RefObject<HTMLElement>; isModal: boolean }) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { key, shiftKey, defaultPrevented, isComposing } = event;
      if (defaultPrevented || isComposing) return;
      const all = (selector: string) => [...frame.current!.querySelectorAll<HTMLElement>(selector)].filter((element) => element.offsetParent);
      const parts = key === 'F6' ? PARTS.flatMap((part) => all(part)[0] ?? []) : key === 'Tab' && isModal ? all(FOCUSABLE) : [];
      const at = parts.findIndex((part) => part.contains(document.activeElement));
      const next = shiftKey ? at - 1 : at + 1;
      // Inside the ends, the browser knows better where Tab leads.
      if (!parts.length || (key === 'Tab' && parts[next])) return;
      parts.at(next % parts.length)!.focus();
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [isModal]);
  return null;
}
