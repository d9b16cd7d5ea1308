// The place of the panel's frame, and what the button shows beside its face. The rules give way to any rule of the page for
// `.brevo-conversations__iframe-wrapper`.
import { CROSS, icon, make, sheetOf } from '../loader/make.ts';
import { post } from './frame.ts';
import styles from './frame.css?inline';
import { holdScroll } from './scroll.ts';
import { widget, tools } from './tools.ts';

/** Beside the button. */
const BESIDE = 'calc(100% + 12px)';

let badge: HTMLElement;
let rules: CSSStyleSheet;
let wasMobile: boolean;

export const wrapper = () => widget.container!.firstElementChild as HTMLElement;

export function build(): void {
  rules = sheetOf();
  widget.root.adoptedStyleSheets = [...widget.root.adoptedStyleSheets, sheetOf(styles), rules];
  icon(CROSS, widget.button);
  badge = make('b', widget.button);
  wasMobile = widget.isMobile;
  render();
  // Where the panel starts from is to be there before it opens.
  void wrapper().offsetWidth;
}

/** Some sites exchange their whole body, or write it anew from its text: then there is a lifeless copy. */
export function keepInPage(): void {
  const { container, isFrameMode } = widget;
  if (isFrameMode || container!.isConnected) return;
  document.getElementById(container!.id)?.remove();
  document.body.append(container!);
}

export function render(): void {
  const { unread, isMobile, isOpen, isFrameMode, button } = widget;
  rules.replaceSync(rulesOf());
  badge.textContent = unread > 99 ? '99+' : `${unread || ''}`;
  if (unread) button.ariaLabel = `${tools.label()}, ${unread}`;
  holdScroll(isOpen && isMobile && !isFrameMode);
  if (isMobile !== wasMobile) post('mobile', { isMobile });
  wasMobile = isMobile;
}

/** Left and right are physical, as the codes of the positions are. */
function rulesOf(): string {
  const { chatWidth, chatHeight, offsetX, offsetY, buttonStyle } = widget.look;
  const { side, pos } = widget;
  const isBottom = side === 'bottom';
  const isMiddle = pos === 'center' || pos === 'middle';
  const aligned = isMiddle ? (isBottom ? 'left:50%;translate:-50%' : 'top:50%;translate:0 -50%') : `${pos}:0`;
  const used = '100% - 12px - ';
  // A site may have moved the container up; the panel's head is to be seen all the same.
  const below = isBottom ? innerHeight - widget.container!.getBoundingClientRect().top + 12 + offsetY : 2 * offsetY;
  return (
    `::slotted(*){${side}:${BESIDE};${aligned};transform-origin:${side} ${isMiddle ? '' : pos};` +
    `width:min(${chatWidth}px,100vw - ${isBottom ? '' : used}${2 * offsetX}px);` +
    `height:min(${chatHeight}px,100dvh - ${below}px)}` +
    `.preview{${isBottom && !isMiddle ? `${pos}:${BESIDE};bottom:${buttonStyle === 'tab' ? offsetY : 0}px` : `${side}:${BESIDE};${aligned}`};` +
    `max-width:calc(100vw - ${isBottom && isMiddle ? '' : used}${2 * offsetX}px)}`
  );
}
