// Closes what stands over the panel for a moment: by Escape, and by a click anywhere else.
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** From the moment on in which it is there: a quick Escape would close the whole chat. */
export function useDismiss(popup: RefObject<HTMLElement>, onClose: () => void, onEscape = onClose): void {
  useLayoutEffect(() => {
    const abort = new AbortController();
    const options = { signal: abort.signal, capture: true };
    addEventListener(
      'pointerdown',
      ({ target }) => {
        // The button that opened it closes it by itself.
        const isItsButton = target instanceof Element && target.closest('[aria-expanded="true"]');
        if (target instanceof Node && !popup.current?.contains(target) && !isItsButton) onClose();
      },
      options,
    );
    addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Escape') return;
        // One thing at a time: the chat stays open.
        event.stopPropagation();
        event.preventDefault();
        onEscape();
      },
      options,
    );
    return () => abort.abort();
  }, [onClose, onEscape]);
}
