// The calls that want the panel, or change what few pages change.
import type { Appearance } from '../config.ts';
import type { Setup } from '../events.ts';
import type { Plain } from '../loader/plain.ts';
import { told, writeFlag } from './flag.ts';
import { keepInPage } from './box.ts';
import { openFrame, pageNow, post } from './frame.ts';
import { close, open } from './opening.ts';
import { widget, tools } from './tools.ts';

type Value = Plain | undefined;

const calls: Record<string, (value: Value, options: Value) => void> = {
  openChat: (focus) => open(focus),
  expandWidget: () => open(),
  minimizeWidget: () => close(),
  closeChat: () => close(),
  pageView() {
    keepInPage();
    post('page', pageNow());
  },
  setIntegrationData: (data) => post('attributes', { attributes: data as Setup['attributes'] & object, replace: true }),
  updateIntegrationData: (data) => post('attributes', { attributes: data as Setup['attributes'] & object, replace: false }),
  sendAutoMessage(text, options) {
    if (typeof text !== 'string') return;
    openFrame();
    post('autoMessage', { ...(options as object), text });
  },
  setLocale(locale) {
    if (!isObject(locale)) return;
    widget.setup.locale = locale;
    tools.render();
    post('locale', { locale });
  },
  setGroupId(groupId) {
    widget.setup.groupId = groupId;
    if (groupId) post('group', { groupId: `${groupId as string}` });
  },
  consent(given) {
    const isGiven = given !== false;
    // Where something was stored, there is something to forget.
    if (!isGiven && widget.flag) openFrame();
    widget.setup.consent = isGiven;
    told.isConsented &&= isGiven;
    writeFlag();
    post('consent', { isGiven });
  },
};

for (const name of ['buttonPosition', 'buttonSize', 'chatWidth', 'chatHeight', 'zIndex', 'colors'] as (keyof Appearance)[]) {
  const ending = name[0]!.toUpperCase() + name.slice(1);
  calls[`set${ending}`] = (value) => look(name, value);
  calls[`reset${ending}`] = () => look(name, null);
}

function look(name: keyof Appearance, value: Value): void {
  if (value === undefined) return;
  tools.change(name, value);
  tools.render();
  if (name === 'colors') post('colors', { colors: widget.look.colors });
}

function isObject(value: Value): value is { [name: string]: Plain } {
  return value != null && typeof value === 'object';
}

export function call(name: string, value: Value, options: Value): void {
  if (Object.hasOwn(calls, name)) calls[name]!(value, options);
  else tools.warnOnce(name);
}
