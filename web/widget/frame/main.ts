// What stands around the panel's frame in the page of a site. It comes when somebody wants to chat, so that a page where
// nobody does loads the button alone.
import type { Part } from '../loader/widget.ts';
import { call } from './calls.ts';
import { build, render } from './box.ts';
import { readFlag } from './flag.ts';
import { removeFrame } from './frame.ts';
import { close, listenForBack, open, resume } from './opening.ts';
import { holdScroll } from './scroll.ts';
import { countInTitle } from './title.ts';
import { take } from './tools.ts';

const part: Part = (tools) => {
  take(tools);
  readFlag();
  build();
  listenForBack();
  return {
    open,
    close,
    resume,
    call,
    render,
    stop() {
      close();
      removeFrame();
      holdScroll(false);
      countInTitle(0);
    },
  };
};

(window as unknown as { __parlourFrame?(part: Part): void }).__parlourFrame?.(part);
