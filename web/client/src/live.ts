// What applications use: channels as lists that change, and a way to write into them, over all tabs of a page.
import { Driver, type DriverOptions } from './driver.ts';
import { INITIAL } from './machine/step.ts';
import type { Input, Output, Phase, State } from './machine/types.ts';
import { sameView, view, type View } from './machine/view.ts';
import { openOutbox } from './outbox/open.ts';
import type { Outbox } from './outbox/types.ts';
import type { Auth, Role, SendData } from './protocol.ts';
import { openTabs, type OpenTabs, type Tabs } from './tabs.ts';

export interface LiveOptions extends DriverOptions {
  /** Whose connection and outbox this is: tabs with the same name share them. */
  name: string;
  /** What a page proves with who it is; a program does so by `headers` and `openSocket`. */
  auth?: Auth;
  outbox?: Promise<Outbox>;
  openTabs?: OpenTabs;
}

export interface Status {
  phase: Phase;
  role: Role | null;
  /** One's own conversation, as a channel. */
  conversation: string | null;
}

/** What is told beside the lists. */
export type Told = Exclude<Output, { output: 'connect' | 'close' | 'frame' | 'keep' | 'forget' | 'renew' }>;

export interface Subscription {
  readonly view: View;
  close(): void;
}

/** Between tabs. Followers give their inputs to the leader, which tells all what came of them. */
type TabMessage =
  | { tab: string; inputs: Input[] }
  | { isNew: boolean; views: [string, View][]; status: Status; told: Told[] };

/** Before there is a connection, and after the last one. */
export const NO_STATUS: Status = { phase: 'idle', role: null, conversation: null };

export class Live {
  status: Status = NO_STATUS;
  readonly #options: LiveOptions;
  readonly #outbox: Promise<Outbox>;
  readonly #tab = newCid();
  readonly #views = new Map<string, View>();
  /** This tab's subscriptions. */
  readonly #listeners = new Map<string, Set<(view: View) => void>>();
  readonly #toldListeners = new Set<(told: Told) => void>();
  readonly #statusListeners = new Set<(status: Status) => void>();
  /** The leader's: which tabs follow a channel. */
  readonly #tabsOf = new Map<string, Set<string>>();
  /** A follower's: what it has written and not yet seen in the leader's lists. */
  readonly #unconfirmed = new Map<string, Input>();
  #tabs: Tabs | null = null;
  #abort = new AbortController();
  #driver: Driver | null = null;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#outbox = options.outbox ?? openOutbox(options.name);
  }

  /** Leads, or follows the tab that does. After 4409, or `close`, this starts anew. */
  connect(): void {
    if (this.#tabs) {
      this.#give(this.#start());
      return;
    }
    this.#tabs = (this.#options.openTabs ?? openTabs)(this.#options.name, {
      lead: () => this.#lead(),
      message: (message) => this.#onTab(message as TabMessage),
    });
    this.#present();
    const { signal } = this.#abort;
    globalThis.addEventListener?.('online', this.#wake, { signal });
    globalThis.addEventListener?.('pageshow', this.#wake, { signal });
    globalThis.addEventListener?.('pagehide', this.#leavePage, { signal });
  }

  /** Ends this tab's part; another tab takes over, the outbox stays. */
  close(): void {
    this.#leavePage();
    this.#abort.abort();
    this.#abort = new AbortController();
    const driver = this.#driver;
    // What becomes of it is nothing to the other tabs, which go on.
    this.#driver = null;
    driver?.close();
    this.#tabs?.close();
    this.#tabs = null;
    this.#setStatus(NO_STATUS);
  }

  /** Follows a channel until it is closed; the listener is told every change of its list. */
  subscribe(ch: string, listener: (view: View) => void = () => {}): Subscription {
    const listeners = this.#listeners.get(ch) ?? new Set();
    this.#listeners.set(ch, listeners);
    const own = (view: View) => listener(view);
    listeners.add(own);
    if (listeners.size === 1) this.#give({ input: 'follow', ch });
    const viewOf = () => this.view(ch);
    return {
      get view() {
        return viewOf();
      },
      close: () => {
        if (!listeners.delete(own) || listeners.size) return;
        this.#listeners.delete(ch);
        this.#views.delete(ch);
        this.#give({ input: 'leave', ch });
      },
    };
  }

  view(ch: string): View {
    return this.#views.get(ch) ?? NO_VIEW;
  }

  /** Shows and sends a message; gives its cid. */
  send(ch: string, data: SendData): string {
    const cid = newCid();
    this.#give({ input: 'send', cid, ch: ch === 'me' ? (this.status.conversation ?? ch) : ch, data });
    return cid;
  }

  /** Once more, what is shown as not sent. */
  retry(cid: string): void {
    this.#give({ input: 'retry', cid });
  }

  discard(cid: string): void {
    this.#give({ input: 'discard', cid });
  }

  /** The page before what is shown. */
  older(ch: string): void {
    this.#give({ input: 'older', ch });
  }

  seen(ch: string, seq: number): void {
    this.#give({ input: 'seen', ch, seq });
  }

  typing(ch: string, isTyping: boolean, preview?: string): void {
    this.#give({ input: 'typing', ch, isTyping, preview });
  }

  onTold(listener: (told: Told) => void): () => void {
    this.#toldListeners.add(listener);
    return () => this.#toldListeners.delete(listener);
  }

  onStatus(listener: (status: Status) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  /** The network, or this page, is back. */
  #wake = () => {
    this.#present();
    this.#give({ input: 'online' });
  };

  #post(message: TabMessage): void {
    this.#tabs?.post(message);
  }

  /** Tells the leader that there is this tab, and what it wants to see. */
  #present(): void {
    this.#post({ tab: this.#tab, inputs: [...this.#followed('follow'), ...this.#unconfirmed.values()] });
  }

  /** The page may never come back: the leader need not follow what only it wanted. */
  #leavePage = () => this.#post({ tab: this.#tab, inputs: this.#followed('leave') });

  #followed(input: 'follow' | 'leave'): Input[] {
    return [...this.#listeners.keys()].map((ch) => ({ input, ch }));
  }

  #start(): Input {
    return { input: 'start', auth: this.#options.auth };
  }

  #give(input: Input): void {
    if (this.#driver) this.#lent(this.#tab, input);
    else {
      if (input.input === 'send') this.#unconfirmed.set(input.cid, input);
      this.#post({ tab: this.#tab, inputs: [input] });
    }
  }

  #lead(): void {
    this.#driver = new Driver(this.#options, this.#outbox, (before, told) => this.#stepped(before, told as Told[]));
    this.#post({ isNew: true, views: [], status: this.status, told: [] });
    for (const input of [this.#start(), ...this.#followed('follow'), ...this.#unconfirmed.values()]) this.#lent(this.#tab, input);
    this.#unconfirmed.clear();
  }

  /** A tab's input, at the leader. A channel is followed as long as any tab does. */
  #lent(tab: string, input: Input): void {
    const { input: name } = input;
    if (name === 'follow' || name === 'leave') {
      const tabs = this.#tabsOf.get(input.ch) ?? new Set();
      this.#tabsOf.set(input.ch, tabs);
      if (name === 'follow') tabs.add(tab);
      else tabs.delete(tab);
      if (name === 'leave' && tabs.size) return;
    }
    this.#driver?.give(input);
  }

  #stepped(before: State, told: Told[]): void {
    const state = this.#driver?.state;
    // Before its start there is nothing to tell of.
    if (!state || state.phase === 'idle') return;
    const views: [string, View][] = [];
    for (const ch of new Set([...this.#views.keys(), ...state.channels.keys(), ...state.outbox.map((entry) => entry.ch)])) {
      if (state.channels.get(ch) === before.channels.get(ch) && state.outbox === before.outbox) continue;
      const shown = this.view(ch);
      const next = unbroken(shown, view(state, ch));
      if (!state.channels.has(ch) && !next.pending.length) this.#views.delete(ch);
      else if (!sameView(next, shown)) views.push([ch, next]);
    }
    const { phase, role } = state;
    // A tab that takes over need not be told again by the server.
    const status = { phase, role, conversation: state.conversation ?? this.status.conversation };
    if (!views.length && !told.length && isSame(status, this.status)) return;
    this.#post({ isNew: false, views, status, told });
    this.#take(views, status, told);
  }

  #take(views: [string, View][], status: Status, told: Told[]): void {
    for (const [ch, view] of views) {
      this.#views.set(ch, view);
      for (const { cid } of [...view.pending, ...view.acked, ...view.items]) if (cid) this.#unconfirmed.delete(cid);
    }
    if (!isSame(status, this.status)) this.#setStatus(status);
    for (const one of told) {
      if (one.output === 'full' && one.cid) this.#unconfirmed.delete(one.cid);
      for (const listener of this.#toldListeners) listener(one);
    }
    for (const [ch, view] of views) for (const listener of this.#listeners.get(ch) ?? []) listener(view);
  }

  #setStatus(status: Status): void {
    this.status = status;
    for (const listener of this.#statusListeners) listener(status);
  }

  #onTab(message: TabMessage): void {
    if ('inputs' in message) {
      if (!this.#driver) return;
      for (const input of message.inputs) this.#lent(message.tab, input);
      const views = message.inputs.flatMap((input): [string, View][] =>
        input.input === 'follow' ? [[input.ch, this.view(input.ch)]] : [],
      );
      this.#post({ isNew: false, views, status: this.status, told: [] });
    } else if (!this.#driver) {
      this.#take(message.views, message.status, message.told);
      if (message.isNew) this.#present();
    }
  }
}

const isSame = (a: Status, b: Status) => JSON.stringify(a) === JSON.stringify(b);

/** While a list is read anew, by another tab or after a break, its old one stays; `isLoading` says so. */
function unbroken(shown: View, next: View): View {
  const { items } = shown;
  if (!next.isLoading || next.items.length || !items.length) return next;
  const known = new Set(items.map(({ cid }) => cid));
  return { ...next, items, pending: next.pending.filter(({ cid }) => !known.has(cid)) };
}

/** The list of a channel of which nothing is known yet. */
export const NO_VIEW = view(INITIAL, '');

/** 128 random bits in the alphabet of a `cid`. */
export function newCid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
