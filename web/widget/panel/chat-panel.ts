// The panel itself: what the page, the visitor and the server say comes together here, and goes into the store.
import { NO_STATUS, type Message, type View } from '@parlour/client';
import type { WidgetConfig } from '../config.ts';
import type { Setup } from '../events.ts';
import { announcer, type Announcer } from './announcer.ts';
import { cookies } from './cookie.ts';
import { flow } from './form/flow.ts';
import type { Host } from './host.ts';
import { Memory } from './memory.ts';
import type { Panel } from './panel.ts';
import { Visit } from './session.ts';
import { NOBODY, Store, type Answers, type HeldMessage, type PanelState } from './state.ts';
import { fill } from './texts/resolve.ts';
import { isAgents, News, unreadOf } from './unread.ts';

/** Without a key for so long nobody types any more. */
const TYPING_MS = 4_000;
/** A page that never gets a session may call as often as it likes. */
const WAITING_MAX = 50;
/** What a system notification shows of a message. */
const NOTICE_LENGTH_MAX = 140;

export class ChatPanel implements Panel {
  readonly store: Store;
  readonly host: Host;
  readonly memory: Memory;
  readonly #announcer: Announcer;
  #visit: Visit | null = null;
  /** What the page wants done as soon as there is a session. */
  #waiting: (() => void)[] = [];
  #news = new News(false);
  #isAtEnd = true;
  /** How far the visitor has seen here; the server is told, and tells it the other tabs. */
  #seen = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #reported = '';
  #wasSoundOn: boolean;
  readonly #noticed = new Set<string>();

  constructor(config: WidgetConfig, host: Host, setup: Setup, speech: Pick<PanelState, 'language' | 'texts'>) {
    this.host = host;
    this.memory = new Memory(config.widgetId, () => localStorage, cookies);
    this.store = new Store({
      config,
      setup,
      ...speech,
      ...NOBODY,
      status: NO_STATUS,
      isAnyAvailable: config.isAnyAvailable,
      isShown: false,
      answers: {},
      isSoundOn: config.hasSound && this.recall('isSoundOn') !== false,
      announcement: '',
      problem: null,
    });
    this.#wasSoundOn = this.store.state.isSoundOn;
    this.#announcer = announcer((announcement) => this.store.set({ announcement }));
    this.store.subscribe(() => this.#report());
    document.addEventListener('visibilitychange', () => this.see());
    this.setUp(setup);
  }

  /** What the page wants; and from the beginning, when the visitor wants to be forgotten. */
  setUp(setup: Setup): void {
    this.#visit?.close();
    this.#visit = null;
    this.#waiting = [];
    this.memory.own(setup.visitorId);
    this.store.set({ ...NOBODY, setup });
    // Who has a token has agreed before.
    if (setup.consent || (setup.consent === null && this.memory.read('token'))) this.agree();
  }

  request(method: string, address: string, body?: unknown): Promise<unknown> {
    return this.#visit ? this.#visit.request(method, address, body) : Promise.reject(new Error('no session'));
  }

  token(): string | null {
    return this.#visit?.token ?? null;
  }

  send(text: string, fileIds: string[] = []): void {
    const { gate, held, session } = this.store.state;
    this.typing('');
    if (gate === 'open' && !held.length && flow(this.store.state).form !== 'required') this.#deliver(text, fileIds);
    else this.#hold([...held, { cid: `${Date.now()} ${held.length}`, text, fileIds, at: Date.now() }]);
    this.analytic('messageSent', { isFirst: !session?.conversationId && !this.store.state.view.items.length });
  }

  release(): void {
    const { held } = this.store.state;
    const kept = this.recall('held') as HeldMessage[] | null;
    this.#hold([]);
    // What is kept no more, another tab has sent.
    for (const { cid, text, fileIds } of held) if (kept?.some((other) => other.cid === cid)) this.#deliver(text, fileIds);
  }

  retry(cid: string): void {
    this.#visit?.live?.retry(cid);
  }

  discard(cid: string): void {
    this.#hold(this.store.state.held.filter((held) => held.cid !== cid));
    this.#visit?.live?.discard(cid);
  }

  older(): void {
    this.#visit?.live?.older(this.#visit.channel);
  }

  reconnect(): void {
    this.#visit?.reconnect();
  }

  typing(text: string): void {
    const visit = this.#visit;
    clearTimeout(this.#typing);
    if (!visit?.live || visit.channel === 'me') return;
    visit.live.typing(visit.channel, !!text.trim(), text);
    if (text) this.#typing = setTimeout(() => this.typing(''), TYPING_MS);
  }

  atEnd(isAtEnd: boolean): void {
    this.#isAtEnd = isAtEnd;
    this.see();
  }

  agree(): void {
    if (this.store.state.gate === 'opening' || this.#visit) return;
    this.memory.allow();
    this.#news = new News(false);
    this.#seen = 0;
    this.store.set({
      gate: 'opening',
      held: (this.recall('held') as HeldMessage[] | null) ?? [],
      answers: (this.recall('answers') as Answers | null) ?? {},
    });
    this.#enter();
  }

  #enter(): void {
    const { config } = this.store.state;
    this.#visit = new Visit({
      widgetId: config.widgetId,
      memory: this.memory,
      setup: () => this.store.state.setup,
      language: () => this.store.state.language,
      changed: (change) => this.#changed(change),
      notices: (codes) => codes.forEach((code) => this.notice(code)),
      refused: (code) => {
        this.store.set({ gate: 'refused', refusal: code });
        this.host.post('refused', { code });
      },
    });
  }

  recall(name: string): unknown {
    try {
      return JSON.parse(this.memory.read(name) ?? 'null');
    } catch {
      return null;
    }
  }

  keep(name: string, value: unknown): void {
    this.memory.write(name, value == null ? null : JSON.stringify(value));
  }

  focusComposer(): void {
    document.querySelector<HTMLElement>('.composer-text')?.focus();
  }

  complain(text: string): void {
    this.store.set({ problem: { text, at: Date.now() } });
  }

  analytic(name: string, data: Record<string, unknown> = {}): void {
    this.host.post('analytic', { name, data });
  }

  #deliver(text: string, fileIds: readonly string[]): void {
    this.#visit?.live?.send(this.#visit.channel, fileIds.length ? { text, fileIds: [...fileIds] } : { text });
  }

  #hold(held: readonly HeldMessage[]): void {
    this.store.set({ held });
    this.keep('held', held.length ? held : null);
  }

  #changed(change: Partial<PanelState>): void {
    const before = this.store.state;
    this.store.set(change);
    if (change.gate === 'open') {
      if (!this.memory.isKept) this.notice('storage is closed: the chat ends with the page');
      this.#news = new News(!this.store.state.session?.conversationId);
      if (flow(this.store.state).form !== 'required') this.release();
      for (const act of this.#waiting.splice(0)) act();
    }
    if (change.view) this.#took(before.view, change.view);
  }

  #took(before: View, view: View): void {
    const { texts } = this.store.state;
    const names = (list: View) => list.typing.map(({ name }) => name ?? texts.agent);
    const fresh = this.#news.take(view);
    for (const item of fresh) this.host.post('message', item.data as Message);
    const incoming = fresh.filter(isAgents).map(({ data }) => data as Message);
    for (const { id } of incoming) this.analytic('messageReceived', { id });
    const last = incoming.at(-1);
    if (last) this.#arrived(incoming, last);
    else if (!before.typing.length) for (const name of names(view)) this.#announcer.say(fill(texts.typing, { name }));
    if (view.status === 'closed' || this.store.state.rating !== 'none') void this.#rate();
    this.see();
  }

  async #rate(): Promise<void> {
    const { ratingOf } = await import('./later.ts');
    this.store.set({ rating: ratingOf(this.store.state) });
  }

  #arrived(incoming: readonly Message[], last: Message): void {
    const { texts, config, isSoundOn } = this.store.state;
    const nameOf = ({ agentName }: Message) => agentName || config.organizationName;
    for (const message of incoming) this.#announcer.say(fill(texts.newMessageFrom, { name: nameOf(message), text: message.text }));
    if (isSoundOn) void import('./later.ts').then(({ chime }) => chime(`parlour-sound-${last.id}`));
    if (!this.#isWatching()) this.host.post('notify', { title: nameOf(last), text: last.text.slice(0, NOTICE_LENGTH_MAX), close: this.store.state.texts.close });
  }

  #isWatching(): boolean {
    return this.store.state.isShown && document.visibilityState === 'visible';
  }

  /** What can be seen now has been seen; what is left is unread. */
  see(): void {
    const { view } = this.store.state;
    const last = view.items.at(-1)?.seq ?? 0;
    if (this.#isWatching() && this.#isAtEnd && last > this.#seen) {
      this.#seen = last;
      this.#visit?.live?.seen(this.#visit.channel, last);
    }
    this.store.set({ unread: unreadOf(view, this.#seen).length });
  }

  #report(): void {
    const { unread, isAnyAvailable, gate, view, isSoundOn, session } = this.store.state;
    const hasConversation = view.items.length > 0 || !!session?.conversationId;
    const state = { unread, isAnyAvailable, hasConversation, isConsented: gate === 'opening' || gate === 'open' };
    const reported = JSON.stringify(state) + isSoundOn;
    if (reported === this.#reported) return;
    this.#reported = reported;
    if (isSoundOn !== this.#wasSoundOn) this.keep('isSoundOn', isSoundOn);
    this.#wasSoundOn = isSoundOn;
    this.host.post('state', state);
  }

  /** For the console of the page, once. */
  notice(text: string): void {
    if (this.#noticed.has(text)) return;
    this.#noticed.add(text);
    this.host.post('notice', { text });
  }

  /** Now, or as soon as there is a session. */
  whenOpen(act: () => void): void {
    if (this.store.state.gate === 'open') act();
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push(act);
  }

  /** The visitor, or the page for them, takes the consent back: all is forgotten here, and the token ends. */
  async withdraw(): Promise<void> {
    const visit = this.#visit;
    if (visit?.token) await visit.request('delete', '/live/session').catch(() => {});
    const { config, session, setup } = this.store.state;
    this.memory.clear();
    this.setUp({ ...setup, consent: false });
    try {
      if (session) indexedDB.deleteDatabase(`parlour-${config.widgetId}-${session.visitorId}`);
    } catch {
      // Nothing is kept where it is closed.
    }
  }
}
