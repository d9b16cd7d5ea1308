// What the server says about channels: answers, events, heads, refusals.
import type { EvFrame, HbFrame, NackFrame, SubokFrame } from '../protocol.ts';
import { setEpoch } from './connection.ts';
import { edit, editOutbox, put, replace, type Draft } from './draft.ts';
import * as limits from './limits.ts';
import * as list from './list.ts';
import { onOwnEvent } from './outbox.ts';
import { noteTyping } from './passing.ts';
import type { Channel } from './types.ts';

export function follow(draft: Draft, ch: string): void {
  const { channels } = draft.state;
  const known = channels.get(ch);
  if (known && !known.refused) return;
  if (!known && channels.size >= limits.CHANNELS_MAX) put(draft, { output: 'full', ch });
  else replace(draft, ch, list.freshChannel());
}

export function leave(draft: Draft, ch: string): void {
  const channel = draft.state.channels.get(ch);
  if (!channel) return;
  replace(draft, ch, null);
  if (draft.state.phase === 'live' && !channel.wantsSub) put(draft, { output: 'frame', frame: { t: 'unsub', ch } });
}

/** One's own conversation has come to be: follow it, and send there what was written before it was known. */
export function discover(draft: Draft, ch: string): void {
  const { state } = draft;
  if (state.conversation === ch) return;
  state.conversation = ch;
  put(draft, { output: 'conversation', ch });
  if (!state.channels.has(ch)) replace(draft, ch, list.freshChannel());
  editOutbox(draft, (entry) => (entry.ch === 'me' ? { ch } : undefined));
}

export function onSubok(draft: Draft, frame: SubokFrame): void {
  const { ch } = frame;
  setEpoch(draft, frame.epoch);
  const channel = edit(draft, ch);
  if (!channel) return;
  const question = channel.asked;
  channel.asked = null;
  channel.wantsSub = false;
  if (ch === 'me') onMe(draft, frame);
  if (ch === 'inbox') put(draft, { output: 'reload', ch });
  if (!ch.startsWith('c:')) return;

  const events = frame.events ?? [];
  const applied = whenApplied(draft, channel);
  if (channel.cursor !== null && (question === 'older' || frame.recovered)) {
    if (question === 'older') channel.wantsOlder = false;
    if (list.prepend(channel, events, applied)) return;
  }
  const cursor = channel.cursor;
  if (cursor === null || !frame.recovered || frame.limited) list.begin(channel, events, frame.head);
  // There are newer ones after the last of the page; which is not the cursor where the answer is a late one.
  const last = events.at(-1);
  channel.head = Math.max(channel.head, frame.head, frame.more && last ? last.seq + 1 : 0);
  for (const event of events) list.receive(channel, event, applied);
  list.drain(channel, applied);
  channel.acked = channel.acked.filter((acked) => acked.seq > channel.cursor!);
  channel.askFrom = channel.cursor === cursor ? draft.state.now + limits.ASK_AGAIN_MS : 0;
}

function onMe(draft: Draft, frame: SubokFrame): void {
  const { isAnyAvailable, conversationId } = frame;
  if (typeof isAnyAvailable === 'boolean') put(draft, { output: 'presence', isAnyAvailable });
  if (conversationId) discover(draft, `c:${conversationId}`);
}

export function onEvent(draft: Draft, event: EvFrame): void {
  if (event.ch === 'inbox' && draft.state.channels.has('inbox')) put(draft, { output: 'inbox', event });
  if (!event.ch.startsWith('c:')) return;
  const channel = edit(draft, event.ch);
  if (channel) list.receive(channel, event, whenApplied(draft, channel));
}

function whenApplied(draft: Draft, channel: Channel): (event: EvFrame) => void {
  return (event) => {
    if (event.kind !== 'message' && event.kind !== 'note') return;
    if (event.cid) onOwnEvent(draft, event.cid);
    if (event.by) noteTyping(channel, (typing) => !typing.who.startsWith(event.by!));
  };
}

/** R3. */
export function onHeads(draft: Draft, frame: HbFrame): void {
  const { state } = draft;
  for (const [ch, head] of Object.entries(frame.heads ?? {})) {
    const channel = edit(draft, ch);
    if (channel) channel.head = Math.max(channel.head, head);
    else if (ch.startsWith('c:') && state.role !== 'agent' && state.role !== 'program') discover(draft, ch);
  }
}

/** A question was refused, or everything about a channel. */
export function onChannelNack(draft: Draft, ch: string, frame: NackFrame): void {
  const channel = edit(draft, ch);
  if (!channel) return;
  const { now } = draft.state;
  const question = channel.asked;
  if (frame.final && (frame.code === 'not_found' || frame.code === 'permission_denied')) {
    channel.asked = null;
    channel.refused = frame.code;
    put(draft, { output: 'refused', ch, code: frame.code });
  } else if (question) {
    channel.asked = null;
    if (question === 'sub') channel.wantsSub = true;
    if (question === 'older' && frame.final) channel.wantsOlder = false;
    channel.askFrom = now + (frame.retryAfter ? frame.retryAfter * 1_000 : limits.ASK_AGAIN_MS);
  }
}
