// Keeps a list where its reader is: at its end as long as they were there, else where they look.
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Panel } from '../panel.ts';

interface ScrollOptions {
  panel: Panel;
  /** The message that was just written; another one leads to the end. */
  written: string | undefined;
  /** The reader is near the beginning of what is drawn. */
  onTop(): void;
}

interface Scroll {
  list: RefObject<HTMLDivElement>;
  isAtEnd: boolean;
  toEnd(): void;
}

/** Nobody aims to the pixel. */
const END_PX = 48;
const TOP_PX = 240;
/** So much of what is above a high card stays in sight. */
const ABOVE_CARD = 0.3;

export function useScroll({ panel, written, onTop }: ScrollOptions): Scroll {
  const list = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  /** Where the reader was when they last scrolled: at the end, or at a message. */
  const place = useRef({ isAtEnd: true, written, anchor: null as Element | null, bottom: 0, scrollTop: 0 });
  const latest = useRef(onTop);
  latest.current = onTop;

  const note = () => {
    const element = list.current!;
    const { scrollTop } = element;
    // Only who goes up leaves the end: it may have moved away by itself, by what was drawn in the meantime.
    const isEnd = endOf(element) - scrollTop < END_PX || (place.current.isAtEnd && scrollTop >= place.current.scrollTop);
    const { top } = element.getBoundingClientRect();
    const anchor = [...element.getElementsByTagName('article')].find((message) => message.getBoundingClientRect().bottom > top) ?? null;
    Object.assign(place.current, { isAtEnd: isEnd, anchor, bottom: anchor?.getBoundingClientRect().bottom ?? 0, scrollTop });
    setAtEnd(isEnd);
    panel.atEnd(isEnd);
  };
  const keep = () => {
    const element = list.current!;
    const { isAtEnd, anchor, bottom } = place.current;
    // Whoever has scrolled into a high form is not taken back to its beginning.
    if (isAtEnd) element.scrollTop = Math.max(element.scrollTop, endOf(element));
    else if (anchor?.isConnected) element.scrollTop += anchor.getBoundingClientRect().bottom - bottom;
    place.current.scrollTop = element.scrollTop;
  };

  useLayoutEffect(() => {
    if (written && written !== place.current.written) {
      place.current.isAtEnd = true;
      list.current!.scrollTop = endOf(list.current!);
    }
    place.current.written = written;
    keep();
    // Where nothing can be scrolled, nobody can ask for what is older.
    if (list.current!.scrollHeight <= list.current!.clientHeight) latest.current();
  });

  useEffect(() => {
    const element = list.current!;
    const onScroll = () => {
      note();
      if (element.scrollTop < TOP_PX) latest.current();
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    // Pictures that have loaded, cards that unfold, the keyboard of a phone.
    const observer = new ResizeObserver(keep);
    const observe = () => {
      observer.disconnect();
      for (const one of [element, ...element.children]) observer.observe(one);
    };
    observe();
    const content = new MutationObserver(observe);
    content.observe(element, { childList: true });
    return () => {
      element.removeEventListener('scroll', onScroll);
      observer.disconnect();
      content.disconnect();
    };
  }, []);

  const toEnd = () => {
    place.current.isAtEnd = true;
    keep();
    note();
  };
  return { list, isAtEnd, toEnd };
}

/** The last line, but not past the beginning of a form that is higher than the room there is. */
function endOf(list: HTMLElement): number {
  const end = list.scrollHeight - list.clientHeight;
  const card = list.querySelector('.form-card')?.getBoundingClientRect();
  if (!card || card.height < list.clientHeight * (1 - ABOVE_CARD)) return end;
  return Math.min(end, list.scrollTop + card.top - list.getBoundingClientRect().top - list.clientHeight * ABOVE_CARD);
}
