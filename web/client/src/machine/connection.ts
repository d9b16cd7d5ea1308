// How connections begin and end: R6, the close codes, silence, and what a new connection begins with.
import { CLOSE_MISMATCH, CLOSE_RATE_LIMITED, CLOSE_UNAUTHORIZED, FINAL_CLOSES, type HelloFrame } from '../protocol.ts';
import { editAll, editOutbox, put, type Draft } from './draft.ts';
import * as limits from './limits.ts';
import { freshChannel } from './list.ts';

export function connect(draft: Draft): void {
  const { state } = draft;
  state.phase = 'connecting';
  state.deadline = state.now + limits.CONNECT_MS;
  state.bye = null;
  put(draft, { output: 'connect' });
}

/** Connects now, or as soon as the server has said that it may. */
export function connectSoon(draft: Draft): void {
  const { state } = draft;
  if (state.now >= state.connectFrom) return connect(draft);
  state.phase = 'waiting';
  state.deadline = state.connectFrom;
}

export function end(draft: Draft, phase: 'idle' | 'ended'): void {
  draft.state.phase = phase;
  draft.state.deadline = null;
  editAll(draft, (channel) => {
    channel.typing = [];
  });
}

export function onHello(draft: Draft, frame: HelloFrame): void {
  const { state } = draft;
  setEpoch(draft, frame.epoch);
  state.heartbeatMs = frame.heartbeatMs || limits.HEARTBEAT_MS;
  if (!state.auth) beLive(draft);
}

/** Another epoch is another history: nothing that is known of channels holds any more. */
export function setEpoch(draft: Draft, epoch: string): void {
  const { state } = draft;
  if (state.epoch === epoch) return;
  if (state.epoch !== null) editAll(draft, (channel) => Object.assign(channel, freshChannel()));
  state.epoch = epoch;
}

export function beLive(draft: Draft): void {
  const { state } = draft;
  if (state.phase !== 'connecting') return;
  state.phase = 'live';
  state.liveSince = state.now;
  state.deadline = state.now + limits.SILENCE_MS;
  planHeartbeat(draft);
  editAll(draft, (channel) => {
    channel.asked = null;
    channel.wantsSub = true;
    channel.askFrom = 0;
    channel.seenUntold = channel.seen > 0;
    channel.own = null;
  });
  // What a `nack` told to wait still waits; what had no answer goes out again now.
  editOutbox(draft, (entry) => ({ isSent: false, tries: 0, from: entry.isSent ? 0 : entry.from }));
}

export function planHeartbeat({ state, random }: Draft): void {
  state.heartbeatAt = state.now + state.heartbeatMs + Math.floor((2 * random - 1) * limits.HEARTBEAT_SPREAD_MS);
}

/** The server said nothing for too long, or did not let us in. */
export function giveUp(draft: Draft): void {
  put(draft, { output: 'close' });
  onClosed(draft);
}

export function onClosed(draft: Draft, closeCode?: number): void {
  const { state } = draft;
  if (state.phase !== 'connecting' && state.phase !== 'live') return;
  const code = state.bye?.code ?? closeCode ?? 1006;
  if (state.phase === 'live' && state.now - state.liveSince >= limits.STEADY_MS) state.failures = 0;
  end(draft, 'ended');
  if (FINAL_CLOSES.includes(code)) {
    put(draft, { output: 'stop', code });
    return;
  }
  if (code === CLOSE_MISMATCH) {
    editAll(draft, (channel) => {
      channel.cursor = null;
      channel.held = new Map();
    });
  }
  if (code === CLOSE_UNAUTHORIZED) {
    state.phase = 'renewing';
    put(draft, { output: 'renew' });
    return;
  }
  const asked = state.bye ? state.bye.retryAfter * 1_000 : 0;
  wait(draft, asked || (code === CLOSE_RATE_LIMITED ? limits.RATE_LIMITED_MS : 0));
}

/** R6: what the server asked for, and a random time on top. */
export function wait(draft: Draft, askedMs: number): void {
  const { state, random } = draft;
  const bound = Math.min(limits.BACKOFF_MAX_MS, limits.BACKOFF_FIRST_MS * 2 ** state.failures);
  const ms = askedMs + Math.floor(random * bound);
  state.failures += 1;
  state.phase = 'waiting';
  state.connectFrom = state.now + askedMs;
  state.deadline = state.now + ms;
  put(draft, { output: 'wait', ms });
}
