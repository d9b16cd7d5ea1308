// What stands in the page: the container that sites know by its id and classes, and the button in a shadow root, which the
// page's styles do not reach. The root's rules for the container give way to any rule of the page for it.
import styles from './button.css?inline';
import { widget } from './widget.ts';
import { icon, make, sheetOf } from './make.ts';

export const ID = 'brevo-conversations';

/** The button's face, drawn for a square of 24. */
const BUBBLE = 'M12 3a9 9 0 0 0-8 13.1L3 21l4.9-1A9 9 0 1 0 12 3z';
const WORDS: Record<string, string> = { b: 'bottom', l: 'left', r: 'right', t: 'top', c: 'center', m: 'middle' };

let words: HTMLElement;
let rules: CSSStyleSheet;

/** In frame mode the other part knows where to put it. */
export function build(): void {
  const container = (widget.container = make('div'));
  container.id = ID;
  const wrapper = make('div', container);
  wrapper.id = wrapper.className = `${ID}__iframe-wrapper`;
  const root = (widget.root = container.attachShadow({ mode: 'closed' }));
  rules = sheetOf();
  root.adoptedStyleSheets = [sheetOf(styles), rules];
  make('slot', root);
  const button = (widget.button = make('button', root));
  icon(BUBBLE, button);
  words = make('span', button);
  render();
  if (!widget.isFrameMode) document.body.append(container);
}

/** The button's words, which are those of the language and of whether anybody is there. */
export function label(): string {
  const name = `${widget.isMobile ? 'mobile_' : ''}${widget.isAnyAvailable ? 'chatWithUs' : 'leaveUsAMessage'}` as const;
  const { customStrings } = (widget.setup.locale ?? {}) as { customStrings?: Record<string, string> };
  return customStrings?.[name] ?? widget.config.buttonTexts[name];
}

/** Whether the page wants a widget on this device at all. */
export function isWanted(): boolean {
  return !widget.setup[widget.isMobile ? 'disabledOnMobile' : 'mobileOnly'];
}

/** Shows everything as it is to be now. The codes of places are physical: left is left in every language. */
export function render(): void {
  const { container, button, isOpen, isMobile, isFrameMode, look, frame } = widget;
  if (!container) return;
  const isTab = look.buttonStyle === 'tab';
  const code = look.buttonPosition;
  // A tab at the side of a phone would cover what is read there.
  const isMoved = isTab && isMobile && code[0] !== 'b';
  const side = (widget.side = WORDS[isMoved ? 'b' : code[0]!]!);
  const pos = (widget.pos = WORDS[code[isMoved ? 0 : 1]!]!);
  const name = label();
  let classes = ID;
  const add = (modifier: string, isSo: unknown) => {
    if (isSo) classes += ` ${ID}--${modifier}`;
  };
  add('visible', !widget.isHidden && isWanted() && (isOpen || widget.unread || widget.isAnyAvailable || widget.config.offlineMode !== 'hidden'));
  add('expanded', isOpen);
  add('mobile-widget', isMobile);
  add(isFrameMode ? 'frame' : `side-${side} ${ID}--pos-${pos}`, 1);
  // Sites watch the class: it changes only when something has.
  if (container.className !== classes) container.className = classes;
  rules.replaceSync(rulesOf(side, pos, isTab));
  button.className = isTab ? `tab ${side}` : '';
  button.hidden = isFrameMode || !!widget.setup.customWidgetButton;
  button.ariaExpanded = `${isOpen}`;
  button.ariaLabel = name;
  words.textContent = isTab ? name : '';
  frame?.render();
}

function rulesOf(side: string, pos: string, isTab: boolean): string {
  const { buttonSize, offsetX, offsetY, zIndex, theme, colors } = widget.look;
  const [edge, along] = side === 'bottom' ? [offsetY, offsetX] : [offsetX, offsetY];
  const { buttonBg, buttonText } = colors;
  const text = buttonText ?? (buttonBg && `oklch(from ${buttonBg} calc((.57 - l)*99) 0 0)`);
  return (
    `:host{z-index:${zIndex};color-scheme:${theme === 'auto' ? 'light dark' : theme};--size:${buttonSize}px;` +
    (buttonBg ? `--bg:${buttonBg};` : '') +
    // What can be read on it, by its lightness, where the site has not chosen.
    (text ? `--fg:${text};` : '') +
    `${side}:${isTab ? 0 : edge}px;${pos === 'center' ? 'left:0;right:0' : pos === 'middle' ? 'top:0;bottom:0' : `${pos}:${along}px`}}`
  );
}
