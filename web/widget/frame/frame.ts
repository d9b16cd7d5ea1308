// The panel's frame, and the port to it. What else comes to the window is not listened to.
import type { Page, Setup, ToPanel } from '../events.ts';
import { make } from '../loader/make.ts';
import { wrapper } from './box.ts';
import { consent } from './flag.ts';
import { receive } from './incoming.ts';
import { plainTitle } from './title.ts';
import { widget, tools } from './tools.ts';

export let iframe: HTMLIFrameElement | undefined;
let channel: MessageChannel | undefined;

/** Makes the frame, if there is none. What is posted before it has loaded waits in the port. */
export function openFrame(): void {
  if (iframe) return;
  let isTaken = false;
  connect();
  const frame = (iframe = make('iframe'));
  frame.id = 'brevo-conversations__iframe';
  frame.allow = 'autoplay; clipboard-write';
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads');
  frame.style.cssText = 'display:block;width:100%;height:100%;border:0';
  frame.title = tools.label();
  frame.src = tools.ORIGIN + tools.addressOf('chat');
  frame.onload = () => {
    // The page has moved the frame, or the frame was loaded once more.
    if (isTaken) connect();
    isTaken = true;
    frame.contentWindow?.postMessage({ parlour: 1 }, tools.ORIGIN, [channel!.port2]);
    if (document.activeElement !== frame) return;
    // A focus from before the document was there may have gone with the empty one; a second one counts only after none.
    frame.blur();
    frame.focus();
  };
  wrapper().append(frame);
}

function connect(): void {
  const { setup, look, isFrameMode, isMobile, isOpen } = widget;
  channel?.port1.close();
  channel = new MessageChannel();
  channel.port1.onmessage = ({ data }) => receive(data);
  const all = { ...setup, page: pageNow(), theme: look.theme, colors: look.colors, isFrameMode, isMobile, consent: consent() };
  send('setup', all as unknown as Setup);
  if (isOpen) send('shown', { isShown: true });
}

function send<Name extends keyof ToPanel>(name: Name, data: ToPanel[Name]): void {
  channel?.port1.postMessage([name, data]);
}

/** Tells the panel, if there is one; else its setup will. */
export function post<Name extends keyof ToPanel>(name: Name, data: ToPanel[Name]): void {
  if (iframe) send(name, data);
}

export function removeFrame(): void {
  channel?.port1.close();
  channel = iframe = undefined;
}

export function pageNow(): Page {
  return { link: location.href, title: plainTitle() };
}
