// The function that a page calls: `BrevoConversations('openChat', true)`. What comes before the widget is there waits for it.
// Here are the calls that pages make without anybody wanting to chat; all others come with the panel's frame.
import type { Attributes } from '../events.ts';
import { render } from './container.ts';
import { widget } from './widget.ts';
import { withFrame } from './opening.ts';
import { warn } from './page.ts';
import { plain, type Plain } from './plain.ts';
import { start, stop } from './start.ts';

const CALLS_MAX = 1_000;

/** They mean nothing to a panel that nobody has opened. */
const FOR_FRAME = /^(minimizeWidget|closeChat|pageView)$/;

type Value = Plain | undefined;
type Call = [name: string, value: Value, options: Value];

export interface Api {
  (name?: unknown, value?: unknown, options?: unknown): void;
  /** Messages to the window, and others that are not the panel's: none of them was heard. */
  ignored: number;
  /** There is no widget, and none is on the way. */
  isEnded: boolean;
}

function run([name, value, options]: Call): void {
  const isAll = name === 'setIntegrationData';
  if (name === 'restart' || name === 'kill') {
    stop();
    if (name === 'restart') start();
  } else if (name === 'hide' || name === 'show') {
    widget.isHidden = name === 'hide';
    if (widget.isHidden) widget.frame?.close();
    render();
  } else if (isAll || name === 'updateIntegrationData') {
    if (typeof value !== 'object') return;
    widget.setup.attributes = (isAll ? value : { ...widget.setup.attributes, ...(value as object) }) as Attributes;
    widget.frame?.call(name, value, options);
  } else if (widget.frame || !FOR_FRAME.test(name)) withFrame((frame) => frame.call(name, value, options));
}

let waiting: Call[] = [];

/** What it is called with is made plain at once: a page may go on changing it. */
function call(name?: unknown, value?: unknown, options?: unknown): void {
  try {
    const text = `${name as string}`;
    // What is known of a visitor has no parts of its own.
    take([text, plain(value, text, undefined, text.includes('Integ') ? 4 : 0), plain(options, text)]);
  } catch (error) {
    console.error(error);
  }
}

function take(call: Call): void {
  if (widget.container || (api.isEnded && call[0] === 'restart')) run(call);
  else if (!api.isEnded && waiting.length < CALLS_MAX) waiting[waiting.length] = call;
}

export function takeWaiting(): void {
  const calls = waiting;
  waiting = [];
  for (const call of calls) take(call);
}

const warned = new Set<unknown>();

export function warnOnce(name: unknown): void {
  if (!warned.has(name)) warn(`there is no "${name as string}" to call so`);
  warned.add(name);
}

/** Pages try the calls as properties, and names that others have: they are told, and do not fail. A promise looks for `then`. */
export const api = new Proxy(Object.assign(call, { ignored: 0 }), {
  get(target: Api & Record<string, unknown>, name: string) {
    if (name in target || typeof name !== 'string' || name === 'then') return target[name];
    return (value: unknown, options: unknown) => {
      warnOnce(name);
      call(name, value, options);
    };
  },
} as ProxyHandler<Api & Record<string, unknown>>) as Api;
