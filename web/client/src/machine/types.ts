// What goes into the state machine, what comes out of it, and what it remembers.
import type { Auth, ClientFrame, EvFrame, Role, SendData, ServerFrame } from '../protocol.ts';

/** A message that is to be sent, as the outbox stores it. */
export interface StoredEntry {
  cid: string;
  ch: string;
  data: SendData;
  /** When the person wrote it. */
  at: number;
}

export type Input = (
  | { input: 'start'; auth?: Auth | undefined }
  | { input: 'stop' }
  | { input: 'online' }
  | { input: 'opened' }
  | { input: 'frame'; frame: ServerFrame }
  | { input: 'closed'; code?: number | undefined }
  | { input: 'auth'; auth: Auth | null }
  | { input: 'time'; now: number }
  | { input: 'follow'; ch: string }
  | { input: 'leave'; ch: string }
  | { input: 'older'; ch: string }
  | { input: 'send'; cid: string; ch: string; data: SendData }
  | { input: 'kept'; cid: string }
  | { input: 'restore'; entries: readonly StoredEntry[] }
  | { input: 'retry'; cid: string }
  | { input: 'discard'; cid: string }
  | { input: 'seen'; ch: string; seq: number }
  | { input: 'typing'; ch: string; isTyping: boolean; preview?: string | undefined }
) & {
  /** From 0 to below 1, where chance is needed. */
  random?: number;
};

export type Output =
  | { output: 'connect' }
  | { output: 'close' }
  | { output: 'wait'; ms: number }
  | { output: 'renew' }
  | { output: 'stop'; code: number }
  | { output: 'frame'; frame: ClientFrame }
  | { output: 'keep'; entry: StoredEntry }
  | { output: 'forget'; cid: string }
  | { output: 'full'; cid?: string; ch?: string }
  | { output: 'refused'; ch: string; code: string }
  | { output: 'conversation'; ch: string }
  | { output: 'presence'; isAnyAvailable: boolean }
  | { output: 'typing'; ch: string; typing: string[] }
  | { output: 'inbox'; event: EvFrame }
  | { output: 'reload'; ch: string };

/**
 * `idle` before `start` and after `stop`, `waiting` between connections, `connecting` until live,
 * `renewing` until there is another token, `ended` after a close that is final.
 */
export type Phase = 'idle' | 'waiting' | 'connecting' | 'live' | 'renewing' | 'ended';

/** One durable thing that a list shows. */
export interface Item {
  seq: number;
  kind: string;
  /** The message's id, where it is one. */
  id?: string | undefined;
  at?: number | undefined;
  by?: string | undefined;
  cid?: string | undefined;
  data?: unknown;
}

/** An own message that is stored, and whose event has not come yet. */
export interface Acked {
  cid: string;
  seq: number;
  id: string;
  at: number;
  data: SendData;
}

/** What is on its way to be answered by `subok`. */
export type Question = 'sub' | 'more' | 'older';

export interface Channel {
  /** The highest `seq` that was applied; null before the first answer. */
  cursor: number | null;
  /** The highest `seq` known to exist. */
  head: number;
  items: readonly Item[];
  /** From where on nothing is missing in `items`; as events are numbered from 1, above that there are older ones. */
  first: number;
  /** Events that came before their turn, by `seq` (R1, R2). */
  held: ReadonlyMap<number, EvFrame>;
  acked: readonly Acked[];
  /** The question that is on its way, and when it was asked. */
  asked: Question | null;
  askedAt: number;
  /** The questions still to be asked. */
  wantsSub: boolean;
  wantsOlder: boolean;
  /** No question before this time. */
  askFrom: number;
  /** Why the server refuses the channel. */
  refused: string | null;
  /** How far the person here has seen, and whether that is still to be told on this connection. */
  seen: number;
  seenUntold: boolean;
  /** How far each side has seen, as events say it. */
  seenBy: { readonly visitor: number; readonly agent: number };
  status: string | null;
  /** Others who type. */
  typing: readonly Typing[];
  own: OwnTyping | null;
}

export interface Typing {
  /** `visitor`, or `agent:ID`. */
  who: string;
  until: number;
  name?: string | undefined;
  preview?: string | undefined;
}

/** What the person here types, and what of it the server knows. */
export interface OwnTyping {
  isTyping: boolean;
  preview?: string | undefined;
  toldAt: number;
  toldTyping: boolean;
  isUntold: boolean;
}

/** A message in the outbox. */
export interface Entry extends StoredEntry {
  isKept: boolean;
  /** Whether it is on its way on this connection. */
  isSent: boolean;
  /** How often it was sent on this connection. */
  tries: number;
  /** Not to be sent (again) before. */
  from: number;
  /** After this it is not sent any more. */
  until: number;
  /** Its event was applied; only the `ack` is missing. */
  isApplied: boolean;
  /** Why it was not sent; then it is not tried any more. */
  failed: string | null;
}

export interface State {
  now: number;
  phase: Phase;
  auth: Auth | null;
  role: Role | null;
  epoch: string | null;
  heartbeatMs: number;
  /** When the phase has to change: the end of waiting, of connecting, or of silence. */
  deadline: number | null;
  /** Not to connect before, whatever happens: the server asked for it. */
  connectFrom: number;
  liveSince: number;
  /** Connections that ended since the last good one. */
  failures: number;
  heartbeatAt: number;
  bye: { code: number; retryAfter: number } | null;
  /** In the order of `follow`. */
  channels: ReadonlyMap<string, Channel>;
  outbox: readonly Entry[];
  /** One's own conversation. */
  conversation: string | null;
  /** When the budget of frames is full again. */
  paceFullAt: number;
}
