// Opening and closing, and what a page and its visitor notice of it: the focus, the address, "back" on a phone.
import { keepInPage } from './box.ts';
import { told, consent, writeFlag } from './flag.ts';
import { iframe, openFrame, post } from './frame.ts';
import { callBack, count } from './page.ts';
import { isExpandedHash } from '../loader/hash.ts';
import { given, warn } from '../loader/page.ts';
import { hidePreview } from './preview.ts';
import { widget, tools } from './tools.ts';

const HASH = '#brevoConversationsExpanded';

/** Where the focus goes back to. */
let opener: HTMLElement | undefined;
/** Whether the address had the hash when it was looked at last, and whether that was put there here. */
let hadHash = false;
let isPushed = false;

export function open(focus?: unknown, by?: HTMLElement): void {
  if (!tools.isWanted()) return;
  keepInPage();
  openFrame();
  if (!widget.isOpen) {
    opener = by;
    widget.isOpen = true;
    widget.isHidden = false;
    hidePreview();
    pushHash();
    changed('chatOpened', 'onChatOpened');
  }
  post('shown', { isShown: true, focus: !!focus });
  if (focus) iframe?.focus();
}

export function close(returnFocus?: boolean): void {
  if (!widget.isOpen || widget.isFrameMode) return;
  widget.isOpen = false;
  if (isPushed && isExpandedHash()) history.back();
  hadHash = isPushed = false;
  post('shown', { isShown: false });
  changed('chatClosed', 'onChatClosed');
  if (returnFocus) (opener ?? widget.button).focus();
}

function changed(event: string, callback: string): void {
  tools.render();
  writeFlag();
  count(event);
  callBack(callback);
}

/** On a phone the panel is the whole screen, and "back" leaves it. */
function pushHash(): void {
  if (isExpandedHash()) hadHash = true;
  else if (widget.isMobile && !widget.isFrameMode && !widget.setup.disableChatOpenHash) {
    // The entry keeps the site's own state: its router may read that.
    history.pushState(history.state, '', HASH);
    hadHash = isPushed = true;
  }
}

export function listenForBack(): void {
  hadHash = isPushed = false;
  tools.listen(window, 'popstate', () => {
    if (hadHash && !isExpandedHash()) close();
  });
  tools.listen(window, 'keydown', (event) => {
    const { key, target } = event as KeyboardEvent;
    if (key === 'Escape' && target === widget.container) close(true);
  });
}

/** The chat goes on where it was on an earlier page; in frame mode it is there from the start. */
export function resume(): void {
  const { flag, isFrameMode, isMobile, isHidden } = widget;
  if (isFrameMode) {
    const place = elementOf();
    if (!place) return warn('there is no element for injectTo');
    place.append(widget.container!);
    widget.isOpen = true;
    tools.render();
    openFrame();
  } else if (flag.includes('isOpen":true') && !isMobile && !isHidden) open();
  else if (told.hasConversation || (widget.setup.visitorId && consent())) openFrame();
}

/** The element of frame mode: by its id, by a selector, itself, or the first of several. */
function elementOf(): Element | null | undefined {
  const { injectTo } = given('Setup') as { injectTo?: string | Element | ArrayLike<Element> };
  if (typeof injectTo === 'string') return document.getElementById(injectTo) ?? document.querySelector(injectTo);
  return injectTo instanceof Element ? injectTo : injectTo?.[0];
}
