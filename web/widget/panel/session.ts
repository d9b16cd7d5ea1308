// One visitor at the panel: opens the session, goes on trying while there is no way to the server, renews it, and holds
// the live connection. Another visitor is another `Visit`.
import { ApiError, Live, NO_STATUS, openSession, renewer, request, type Session, type SessionBody, type Subscription } from '@parlour/client';
import type { Setup } from '../events.ts';
import type { Memory } from './memory.ts';
import type { OwnVisitor, PanelState } from './state.ts';

export interface VisitOptions {
  widgetId: string;
  memory: Memory;
  setup: () => Setup;
  language: () => string;
  /** What became known. */
  changed(change: Partial<PanelState>): void;
  notices(codes: readonly string[]): void;
  /** Nothing is tried again. */
  refused(code: string): void;
}

const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** Another tab opens its session; if that takes longer it has other worries. */
const TURN_MS = 5_000;

export class Visit {
  readonly #options: VisitOptions;
  #session: Session | null = null;
  #live: Live | null = null;
  #followed: { ch: string; subscription: Subscription } | null = null;
  #isClosed = false;

  constructor(options: VisitOptions) {
    this.#options = options;
    void this.#open();
  }

  get token(): string | null {
    return this.#session?.visitorToken ?? null;
  }

  get live(): Live | null {
    return this.#live;
  }

  /** The own conversation, or where the first message goes. */
  get channel(): string {
    const known = this.#session?.conversationId;
    return this.#live?.status.conversation ?? (known ? `c:${known}` : 'me');
  }

  close(): void {
    this.#isClosed = true;
    this.#leave();
  }

  request(method: string, address: string, body?: unknown): Promise<unknown> {
    return request({ url: location.origin, headers: { authorization: `Bearer ${this.token}` } }, method, address, body);
  }

  /** Once more, at once, because a person asks for it. */
  reconnect(): void {
    this.#live?.connect();
    dispatchEvent(new Event('online'));
  }

  async #open(): Promise<void> {
    for (let waitMs = RETRY_FIRST_MS; !this.#isClosed; waitMs = Math.min(RETRY_MAX_MS, waitMs * 2)) {
      this.#options.changed({ status: { ...NO_STATUS, phase: 'connecting' } });
      try {
        const session = await this.#enter();
        const visitor = (await this.request('get', '/live/visitor').catch(() => null)) as OwnVisitor | null;
        if (!this.#isClosed) this.#connect(session, visitor);
        return;
      } catch (error) {
        if (this.#isClosed) return;
        if (isFinal(error)) return this.#options.refused(error.code);
        this.#options.changed({ status: { ...NO_STATUS, phase: 'waiting' } });
        await pause(waitMs * (0.5 + Math.random()));
      }
    }
  }

  /** Tabs open their sessions one after another, so that the second one goes on with the first one's token. */
  async #enter(): Promise<Session> {
    const { widgetId, memory } = this.#options;
    const session = await inTurn(`parlour-session-${widgetId}`, async () => {
      const session = await openSession({ url: location.origin }, this.#body(memory.read('token')));
      memory.write('token', session.visitorToken);
      return session;
    });
    this.#session = session;
    return session;
  }

  #body(visitorToken: string | null): SessionBody {
    const { setup, widgetId, language } = this.#options;
    const { page, visitorId, identityToken, groupId, attributes } = setup();
    return {
      widgetId,
      visitorToken,
      visitorId: visitorId ?? null,
      identityToken: identityToken ?? null,
      page: { link: page.link, title: page.title },
      language: language(),
      groupId: groupId ?? null,
      attributes: attributes ?? null,
    };
  }

  #connect(session: Session, visitor: OwnVisitor | null): void {
    const { changed, notices, widgetId } = this.#options;
    const live = new Live({
      url: location.origin,
      name: `${widgetId}-${session.visitorId}`,
      auth: { token: session.visitorToken },
      renew: renewer(() => this.#renew(session.visitorId)),
    });
    this.#live = live;
    live.onStatus(() => this.#look());
    live.onTold((told) => {
      if (told.output === 'presence') changed({ isAnyAvailable: told.isAnyAvailable });
      if (told.output === 'stop') this.#stopped(told.code);
    });
    live.subscribe('me', () => this.#look());
    changed({ session, visitor, gate: 'open', isAnyAvailable: session.isAnyAvailable });
    notices(session.notices);
    this.#look();
    live.connect();
  }

  /** Another visitor than before needs another `Live`: this one gets no token, and ends. */
  async #renew(visitorId: string): Promise<Session> {
    const session = await this.#enter();
    if (session.visitorId !== visitorId) throw new ApiError(401, 'visitor_changed', '');
    return session;
  }

  #stopped(code: number): void {
    if (code === 4003) this.#options.refused('permission_denied');
    if (code !== 4001) return;
    this.#leave();
    // What is written meanwhile waits for the next session.
    this.#options.changed({ gate: 'opening' });
    void this.#open();
  }

  #leave(): void {
    this.#followed = null;
    this.#live?.close();
    this.#live = null;
  }

  #look(): void {
    const live = this.#live;
    if (!live || this.#isClosed) return;
    const ch = this.channel;
    if (ch !== 'me' && this.#followed?.ch !== ch) {
      this.#followed?.subscription.close();
      this.#followed = { ch, subscription: live.subscribe(ch, () => this.#look()) };
    }
    const first = live.view('me');
    const view = live.view(ch);
    this.#options.changed({
      status: live.status,
      view: ch === 'me' ? { ...first, isLoading: false } : first.pending.length ? { ...view, pending: [...first.pending, ...view.pending] } : view,
    });
  }
}

/** A refusal that will be the same the next time. */
function isFinal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 408 && error.status !== 429;
}

/** Until the time is over or the network is back. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener('online', end);
  });
}

/** Alone among the tabs, where the browser has locks for them. */
async function inTurn<Value>(name: string, act: () => Promise<Value>): Promise<Value> {
  let isMine = false;
  const mine = () => {
    isMine = true;
    return act();
  };
  try {
    return await navigator.locks.request(name, { signal: AbortSignal.timeout(TURN_MS) }, mine);
  } catch (error) {
    if (isMine) throw error;
    return act();
  }
}
