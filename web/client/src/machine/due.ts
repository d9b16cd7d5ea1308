// What a live connection has to send now, and when the machine wants to be asked again.
import type { ClientFrame } from '../protocol.ts';
import { planHeartbeat } from './connection.ts';
import { edit, editOutbox, put, type Draft } from './draft.ts';
import * as limits from './limits.ts';
import { resendMs } from './outbox.ts';
import type { Channel, Entry, Question, State } from './types.ts';

/** Sends everything that is due. */
export function sendDue(draft: Draft): void {
  if (draft.state.phase !== 'live') return;
  ask(draft);
  sendOutbox(draft);
  tell(draft);
  beat(draft);
}

/** The time at which something will be due; null: only what comes from outside brings anything. */
export function nextTime(state: State): number | null {
  let next = state.deadline ?? Infinity;
  const at = (time: number) => {
    next = Math.min(next, time);
  };
  for (const { typing } of state.channels.values()) for (const { until } of typing) at(until);
  for (const entry of state.outbox) if (!entry.failed) at(entry.until);
  if (state.phase === 'live') {
    const paced = (time: number) => at(Math.max(time, state.paceFullAt - limits.PACE_MS * (limits.PACE_MAX - 1)));
    at(state.heartbeatAt);
    for (const channel of state.channels.values()) {
      if (channel.asked) at(channel.askedAt + limits.ASK_MS);
      else if (questionOf(channel)) paced(channel.askFrom);
      if (channel.own?.isUntold) at(channel.own.toldAt + limits.TYPING_EVERY_MS);
    }
    for (const entry of firsts(state)) paced(entry.from);
  }
  return next === Infinity ? null : Math.max(next, state.now);
}

/** What is to be asked about a channel about which nothing is on its way. */
function questionOf(channel: Channel): Question | null {
  if (channel.refused) return null;
  if (channel.wantsSub) return 'sub';
  if (channel.cursor !== null && channel.head > channel.cursor) return 'more';
  return channel.wantsOlder && channel.first > 1 ? 'older' : null;
}

function ask(draft: Draft): void {
  const { state } = draft;
  for (const ch of [...state.channels.keys()]) {
    const { asked, askedAt } = state.channels.get(ch)!;
    if (asked && state.now >= askedAt + limits.ASK_MS) {
      const channel = edit(draft, ch)!;
      channel.asked = null;
      if (asked === 'sub') channel.wantsSub = true;
    }
    const known = state.channels.get(ch)!;
    const question = known.asked ? null : questionOf(known);
    if (!question || state.now < known.askFrom || !pace(state)) continue;
    const channel = edit(draft, ch)!;
    channel.asked = question;
    channel.askedAt = state.now;
    if (question === 'sub') channel.wantsSub = false;
    send(draft, frameOf(ch, channel, question, state.epoch!));
  }
}

function frameOf(ch: string, { cursor, first }: Channel, question: Question, epoch: string): ClientFrame {
  if (question === 'older') return { t: 'more', ch, cursor: `${epoch}:${first}`, before: true };
  if (question === 'more') return { t: 'more', ch, cursor: `${epoch}:${cursor}` };
  return cursor === null ? { t: 'sub', ch } : { t: 'sub', ch, cursor: `${epoch}:${cursor}` };
}

/** The first message of each channel: one is on its way at a time, so that they stay in order. */
function firsts(state: State): Entry[] {
  const busy = new Set<string>();
  return state.outbox.filter((entry) => {
    if (entry.failed || busy.has(entry.ch)) return false;
    busy.add(entry.ch);
    return entry.isKept;
  });
}

function sendOutbox(draft: Draft): void {
  const { state } = draft;
  const due = new Set(firsts(state).filter((entry) => state.now >= entry.from));
  if (!due.size) return;
  editOutbox(draft, (entry) => {
    if (!due.has(entry) || !pace(state)) return undefined;
    const { cid, ch, data, tries } = entry;
    send(draft, { t: 'send', cid, ch, data });
    return { isSent: true, tries: tries + 1, from: state.now + resendMs(tries + 1) };
  });
}

function tell(draft: Draft): void {
  const { state } = draft;
  const side = state.role === 'visitor' ? 'visitor' : state.role ? 'agent' : null;
  for (const [ch, { cursor, asked, wantsSub, seen, seenUntold, seenBy }] of state.channels) {
    if (!seenUntold || cursor === null || wantsSub || asked === 'sub') continue;
    edit(draft, ch)!.seenUntold = false;
    if (!side || seen > seenBy[side]) send(draft, { t: 'seen', ch, seq: seen });
  }
  for (const [ch, { own }] of state.channels) {
    if (!own?.isUntold) continue;
    const isStop = !own.isTyping && own.toldTyping;
    if (!isStop && state.now < own.toldAt + limits.TYPING_EVERY_MS) continue;
    const { isTyping, preview } = own;
    edit(draft, ch)!.own = { ...own, toldAt: state.now, toldTyping: isTyping, isUntold: false };
    send(draft, { t: 'eph', ch, kind: 'typing', data: preview && isTyping ? { isTyping, preview } : { isTyping } });
  }
}

function beat(draft: Draft): void {
  const { state } = draft;
  if (state.now < state.heartbeatAt) return;
  const cursors: Record<string, number> = {};
  for (const [ch, { cursor }] of state.channels) if (cursor !== null) cursors[ch] = cursor;
  send(draft, { t: 'hb', cursors });
  planHeartbeat(draft);
}

/** Takes one frame out of the budget, if there is one. */
function pace(state: State): boolean {
  const fullAt = Math.max(state.now, state.paceFullAt) + limits.PACE_MS;
  if (fullAt - state.now > limits.PACE_MAX * limits.PACE_MS) return false;
  state.paceFullAt = fullAt;
  return true;
}

function send(draft: Draft, frame: ClientFrame): void {
  put(draft, { output: 'frame', frame });
}
