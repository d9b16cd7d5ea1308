// What the panel tells, and what becomes of it in the page.
import type { Sent, ToPage } from '../events.ts';
import { warn } from '../loader/page.ts';
import { told, writeFlag } from './flag.ts';
import { close } from './opening.ts';
import { callBack, count } from './page.ts';
import { notify, showPreview } from './preview.ts';
import { countInTitle } from './title.ts';
import { widget, tools } from './tools.ts';

const listeners: { [Name in keyof ToPage]: (data: ToPage[Name]) => void } = {
  state({ unread, isAnyAvailable, hasConversation, isConsented }) {
    const isChanged = unread !== widget.unread;
    Object.assign(widget, { unread, isAnyAvailable });
    Object.assign(told, { hasConversation, isConsented });
    countInTitle(unread);
    tools.render();
    writeFlag();
    if (isChanged) callBack('onUnreadChange', unread);
  },
  close: ({ returnFocus }) => close(returnFocus),
  message: (message) => callBack('onNewMessage', message),
  analytic: ({ name, data }) => count(name, data),
  notify(message) {
    if (!widget.isOpen && !widget.isHidden) showPreview(message);
    notify(message);
  },
  askNotifications: () => void Notification.requestPermission(),
  notice: ({ text }) => warn(text),
  refused: ({ code }) => warn(code),
};

/** What has another form is passed over. */
export function receive(sent: unknown): void {
  try {
    const [name, data] = sent as Sent<ToPage>;
    (listeners[name] as (data: unknown) => void)(data);
  } catch {
    tools.api.ignored++;
  }
}
