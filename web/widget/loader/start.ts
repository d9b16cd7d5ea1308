// From a page with settings to a page with a widget, and back to the page as it was.
import type { LoaderConfig } from '../config.ts';
import { readAppearance } from './appearance.ts';
import { api, takeWaiting } from './calls.ts';
import { build, render } from './container.ts';
import { widget, type Settings } from './widget.ts';
import { listenForOpening, withFrame } from './opening.ts';
import { given, listen, startListening } from './page.ts';
import { plain } from './plain.ts';
import { addressOf, ask } from './script.ts';

/** A phone, upright or not. */
const PHONE = '(max-width:480px),(max-height:480px) and (pointer:coarse)';

let forget: (() => void) | undefined;

export function start(): void {
  api.isEnded = false;
  startListening();
  // Functions and elements stay the page's: they are asked when their time comes.
  const setup = (widget.setup = { ...(plain(given('Setup'), 'Setup', /^on|^injectTo$/) as Settings) });
  setup.attributes = plain(given('Integration'), 'Integration', undefined, 4) as never;
  setup.groupId ??= plain(given('GroupID'), 'GroupID');
  whenLoaded(setup.deferredLoading, () => {
    forget = ask<LoaderConfig>(
      addressOf('widget', '/config.js'),
      '__parlourConfig',
      (config) => {
        if (document.body) begin(config);
        else listen(document, 'DOMContentLoaded', () => begin(config));
      },
      stop,
    );
  });
}

/** Leaves no listener, no node, no title and no style behind. */
export function stop(): void {
  api.isEnded = true;
  widget.frame?.stop();
  widget.container?.remove();
  widget.frame = widget.container = undefined;
  startListening();
  forget?.();
}

function begin(config: LoaderConfig): void {
  const { setup } = widget;
  const phone = matchMedia(PHONE);
  const measure = () => {
    widget.isMobile = phone.matches;
    render();
  };
  widget.config = config;
  widget.isAnyAvailable = config.isAnyAvailable;
  widget.isHidden = !!setup.startHidden;
  widget.isFrameMode = setup.mode === 'frame';
  widget.isOpen = false;
  widget.unread = 0;
  widget.flag = readFlag(config.widgetId);
  readAppearance();
  measure();
  build();
  listen(phone, 'change', measure);
  listen(window, 'message', () => api.ignored++);
  listenForOpening();
  // Where the visitor was in a chat, it goes on: the panel tells what is unread.
  const resume = () => widget.container && (widget.isFrameMode || widget.flag || setup.visitorId) && withFrame((frame) => frame.resume());
  whenLoaded(!widget.isFrameMode, () => (window.requestIdleCallback ?? setTimeout)(resume));
  takeWaiting();
}

/** What an earlier page has stored; storage may be closed. */
function readFlag(widgetId: string): string {
  try {
    return localStorage.getItem(`parlour:${widgetId}`) ?? '';
  } catch {
    return '';
  }
}

function whenLoaded(isLate: unknown, next: () => void): void {
  if (isLate && document.readyState !== 'complete') listen(window, 'load', next);
  else next();
}
