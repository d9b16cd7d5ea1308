// The live client as one pure function; vectors/README.md says in words what it does.
import type { ServerFrame } from '../protocol.ts';
import * as channels from './channels.ts';
import * as connection from './connection.ts';
import { draftOf, edit, put, type Draft } from './draft.ts';
import { sendDue } from './due.ts';
import * as limits from './limits.ts';
import * as outbox from './outbox.ts';
import * as passing from './passing.ts';
import type { Input, Output, State } from './types.ts';

export const INITIAL: State = {
  now: 0,
  phase: 'idle',
  auth: null,
  role: null,
  epoch: null,
  heartbeatMs: limits.HEARTBEAT_MS,
  deadline: null,
  connectFrom: 0,
  liveSince: 0,
  failures: 0,
  heartbeatAt: 0,
  bye: null,
  channels: new Map(),
  outbox: [],
  conversation: null,
  paceFullAt: 0,
};

export function step(state: State, input: Input): [State, Output[]] {
  const draft = draftOf(state, input.random ?? 0.5);
  handle(draft, input);
  sendDue(draft);
  passing.tellTyping(draft, state.channels);
  return [draft.state, draft.outputs];
}

function handle(draft: Draft, input: Input): void {
  const { state } = draft;
  const isOpen = state.phase === 'connecting' || state.phase === 'live';
  switch (input.input) {
    case 'start':
      if (state.phase !== 'idle' && state.phase !== 'ended') return;
      state.auth = input.auth ?? null;
      state.failures = 0;
      return connection.connectSoon(draft);
    case 'stop':
      if (isOpen) put(draft, { output: 'close' });
      return connection.end(draft, 'idle');
    case 'online':
      return state.phase === 'waiting' ? connection.connectSoon(draft) : undefined;
    case 'opened':
      if (state.phase === 'connecting' && state.auth) put(draft, { output: 'frame', frame: { t: 'auth', ...state.auth } });
      return;
    case 'frame':
      if (state.phase === 'live') state.deadline = state.now + limits.SILENCE_MS;
      return isOpen ? onFrame(draft, input.frame) : undefined;
    case 'closed':
      return connection.onClosed(draft, input.code);
    case 'auth':
      if (input.auth) state.auth = input.auth;
      if (state.phase !== 'renewing') return;
      if (input.auth) return connection.wait(draft, 0);
      connection.end(draft, 'ended');
      put(draft, { output: 'stop', code: 4001 });
      return;
    case 'time':
      return onTime(draft, input.now);
    case 'follow':
      return channels.follow(draft, input.ch);
    case 'leave':
      return channels.leave(draft, input.ch);
    case 'older': {
      const channel = edit(draft, input.ch);
      if (channel && channel.first > 1) channel.wantsOlder = true;
      return;
    }
    case 'send':
      return outbox.add(draft, { cid: input.cid, ch: input.ch, data: input.data, at: state.now });
    case 'kept':
      return outbox.onKept(draft, input.cid);
    case 'restore':
      outbox.restore(draft, input.entries);
      return outbox.expire(draft);
    case 'retry':
      return outbox.retry(draft, input.cid);
    case 'discard':
      return outbox.discard(draft, input.cid);
    case 'seen':
      return passing.seen(draft, input.ch, input.seq);
    case 'typing':
      return passing.type(draft, input.ch, input.isTyping, input.preview);
  }
}

function onTime(draft: Draft, now: number): void {
  const { state } = draft;
  state.now = Math.max(state.now, now);
  outbox.expire(draft);
  passing.expireTyping(draft);
  if (state.deadline === null || state.now < state.deadline) return;
  if (state.phase === 'waiting') connection.connect(draft);
  else connection.giveUp(draft);
}

function onFrame(draft: Draft, frame: ServerFrame): void {
  const { state } = draft;
  switch (frame.t) {
    case 'hello':
      return connection.onHello(draft, frame);
    case 'authok':
      state.role = frame.role;
      return connection.beLive(draft);
    case 'subok':
      return channels.onSubok(draft, frame);
    case 'ev':
      return channels.onEvent(draft, frame);
    case 'ack': {
      const entry = state.outbox.find(({ cid }) => cid === frame.cid);
      if (entry?.ch === 'me' && frame.ch.startsWith('c:')) channels.discover(draft, frame.ch);
      return outbox.onAck(draft, frame);
    }
    case 'nack':
      if (frame.cid) return outbox.onNack(draft, frame.cid, frame);
      return frame.ch ? channels.onChannelNack(draft, frame.ch, frame) : undefined;
    case 'hb':
      return channels.onHeads(draft, frame);
    case 'eph':
      return passing.onEphemeral(draft, frame);
    case 'bye':
      state.bye = { code: frame.code, retryAfter: frame.retryAfter };
      return;
  }
}
