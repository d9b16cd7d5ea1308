// The frames of the live protocol, written from PROTOCOL.md; test/protocol.test.ts compares the two.
import type { components } from './openapi.ts';

/** A message, as the REST API has it. */
export type Message = components['schemas']['Message'];

/** What is written. */
export interface SendData {
  text?: string;
  fileIds?: string[];
  isNote?: boolean;
}

/** Who a page says it is. */
export interface Auth {
  token: string;
  agentId?: string;
}

export interface AuthFrame extends Auth {
  t: 'auth';
}

export interface SubFrame {
  t: 'sub';
  ch: string;
  cursor?: string;
}

export interface UnsubFrame {
  t: 'unsub';
  ch: string;
}

export interface MoreFrame {
  t: 'more';
  ch: string;
  cursor: string;
  before?: boolean;
}

export interface SendFrame {
  t: 'send';
  cid: string;
  ch: string;
  data: SendData;
}

export interface SeenFrame {
  t: 'seen';
  ch: string;
  seq: number;
}

export interface ClientEphFrame {
  t: 'eph';
  ch: string;
  kind: string;
  data: { isTyping: boolean; preview?: string };
}

export interface ClientHbFrame {
  t: 'hb';
  cursors?: Record<string, number>;
}

/** Everything that a client says. */
export type ClientFrame =
  | AuthFrame
  | SubFrame
  | UnsubFrame
  | MoreFrame
  | SendFrame
  | SeenFrame
  | ClientEphFrame
  | ClientHbFrame;

export interface HelloFrame {
  t: 'hello';
  v: number;
  epoch: string;
  serverTime: number;
  heartbeatMs: number;
  maxFrame: number;
  session?: string;
}

export interface AuthokFrame {
  t: 'authok';
  role: Role;
  visitorId?: string;
  agentId?: string;
}

/** Who the server takes one for. */
export type Role = 'visitor' | 'agent' | 'program';

export interface SubokFrame {
  t: 'subok';
  ch: string;
  epoch: string;
  head: number;
  recovered: boolean;
  limited?: boolean;
  prev?: string;
  events: EvFrame[];
  more: boolean;
  conversationId?: string;
  isAnyAvailable?: boolean;
}

export interface EvFrame {
  t: 'ev';
  ch: string;
  seq: number;
  kind: string;
  id?: string;
  at?: number;
  by?: string;
  data?: unknown;
  cid?: string;
  conversationId?: string;
}

export interface AckFrame {
  t: 'ack';
  cid: string;
  ch: string;
  id: string;
  seq: number;
  at: number;
  dup: boolean;
}

export interface NackFrame {
  t: 'nack';
  cid?: string;
  ch?: string;
  code: string;
  message: string;
  retryAfter?: number;
  final: boolean;
}

export interface HbFrame {
  t: 'hb';
  heads: Record<string, number>;
}

export interface EphFrame {
  t: 'eph';
  ch: string;
  kind: string;
  data: unknown;
  ttl: number;
}

export interface ByeFrame {
  t: 'bye';
  code: number;
  retryAfter: number;
}

/** Everything that the server says. */
export type ServerFrame =
  | HelloFrame
  | AuthokFrame
  | SubokFrame
  | EvFrame
  | AckFrame
  | NackFrame
  | HbFrame
  | EphFrame
  | ByeFrame;

/** The kinds of events that are known here; others only count. */
export const EVENT_KINDS = [
  'message',
  'note',
  'edit',
  'delete',
  'assignment',
  'group',
  'status',
  'visitor',
  'rating',
  'seen',
  'hidden',
] as const;

/** The closes after which nothing is tried again: the client is wrong, is not allowed, or was replaced. */
export const FINAL_CLOSES: readonly number[] = [4003, 4400, 4409, 1002, 1003, 1007, 1009];

/** The other closes with a meaning of their own; for the rest one reconnects as for any break of the network. */
export const CLOSE_UNAUTHORIZED = 4001;
export const CLOSE_RATE_LIMITED = 4008;
export const CLOSE_MISMATCH = 4010;
