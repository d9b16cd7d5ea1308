// What wants the panel: the button, links and elements of the page, its address, and its calls. What stands around the
// panel's frame comes only then.
import { change } from './appearance.ts';
import { api, warnOnce } from './calls.ts';
import { isWanted, label, render } from './container.ts';
import { widget, type FramePart, type Part } from './widget.ts';
import { listen } from './page.ts';
import { complain } from './plain.ts';
import { isExpandedHash } from './hash.ts';
import { addressOf, ask, ORIGIN } from './script.ts';

const LINKS = 'a[href$="#brevoConversationsExpanded"],a[href$="#parlourExpanded"]';

/** For the other part. */
const TOOLS = { api, widget, ORIGIN, addressOf, change, isWanted, label, listen, render, warnOnce };

export type Tools = typeof TOOLS;

let part: Part | undefined;
let isAsked: boolean | undefined;
let wanting: ((frame: FramePart) => void)[] = [];

/** Does it with what stands around the frame, as soon as that is there. */
export function withFrame(next: (frame: FramePart) => void): void {
  if (part) next((widget.frame ??= part(TOOLS)));
  else wanting[wanting.length] = next;
  prepare();
}

/** Loads it, once. */
function prepare(): void {
  if (isAsked) return;
  isAsked = true;
  ask<Part>(
    '/assets/widget/frame.js',
    '__parlourFrame',
    (answer) => {
      part = answer;
      if (widget.container) for (const next of wanting) withFrame(next);
      wanting = [];
    },
    () => (isAsked = false),
  );
}

/** Everything in the page that opens the chat, also what comes later. */
export function listenForOpening(): void {
  const { button, setup } = widget;
  const open = (by?: HTMLElement) => withFrame((frame) => frame.open(by, by));
  const follow = () => isExpandedHash() && open();
  button.onclick = () => (widget.isOpen ? widget.frame!.close(true) : open(button));
  // A visitor who comes near will not wait.
  button.onpointerenter = button.onfocus = prepare;
  let links = LINKS + (setup.customWidgetButton ? `,${setup.customWidgetButton}` : '');
  try {
    button.matches(links);
  } catch {
    complain('customWidgetButton');
    links = LINKS;
  }
  listen(document, 'click', (event) => {
    const by = (event.composedPath()[0] as Element).closest?.<HTMLElement>(links);
    if (!by) return;
    event.preventDefault();
    open(by);
  });
  listen(window, 'hashchange', follow);
  follow();
}
