// Typing, presence and how far somebody has seen: what may be lost, or is only the highest of its kind.
import type { EphFrame } from '../protocol.ts';
import { edit, put, type Draft } from './draft.ts';
import * as limits from './limits.ts';
import type { Channel, Typing } from './types.ts';

export function onEphemeral(draft: Draft, frame: EphFrame): void {
  const { ch, kind } = frame;
  const data = (frame.data ?? {}) as Record<string, unknown>;
  if (ch === 'me' && kind === 'presence' && typeof data.isAnyAvailable === 'boolean') {
    put(draft, { output: 'presence', isAnyAvailable: data.isAnyAvailable });
  }
  const channel = edit(draft, ch);
  if (kind !== 'typing' || !channel) return;
  const who = typeof data.agentId === 'string' ? `agent:${data.agentId}` : data.by === 'agent' ? 'agent' : 'visitor';
  if (!data.isTyping) {
    noteTyping(channel, (typing) => typing.who !== who);
    return;
  }
  const typing: Typing = { who, until: draft.state.now + frame.ttl };
  if (typeof data.agentName === 'string') typing.name = data.agentName;
  if (typeof data.preview === 'string') typing.preview = data.preview;
  const known = channel.typing.some((other) => other.who === who);
  if (known) channel.typing = channel.typing.map((other) => (other.who === who ? typing : other));
  else if (channel.typing.length < limits.TYPING_MAX) channel.typing = [...channel.typing, typing];
}

/** Leaves those who type on. */
export function noteTyping(channel: Channel, isStill: (typing: Typing) => boolean): void {
  if (!channel.typing.every(isStill)) channel.typing = channel.typing.filter(isStill);
}

export function expireTyping(draft: Draft): void {
  for (const [ch, { typing }] of draft.state.channels) {
    const isStill = ({ until }: Typing) => until > draft.state.now;
    if (!typing.every(isStill)) noteTyping(edit(draft, ch)!, isStill);
  }
}

export function seen(draft: Draft, ch: string, seq: number): void {
  const channel = edit(draft, ch);
  if (!channel || channel.cursor === null) return;
  const upTo = Math.min(seq, channel.cursor);
  if (upTo <= channel.seen) return;
  channel.seen = upTo;
  channel.seenUntold = true;
}

export function type(draft: Draft, ch: string, isTyping: boolean, preview: string | undefined): void {
  const channel = edit(draft, ch);
  if (!channel || draft.state.phase !== 'live') return;
  const told = channel.own ?? { toldAt: -limits.TYPING_EVERY_MS, toldTyping: false };
  if (!isTyping && !told.toldTyping) channel.own = null;
  else channel.own = { toldAt: told.toldAt, toldTyping: told.toldTyping, isTyping, preview, isUntold: true };
}

/** `typing` of those channels where who types, or what, is not as before. */
export function tellTyping(draft: Draft, before: ReadonlyMap<string, Channel>): void {
  for (const [ch, { typing }] of draft.state.channels) {
    const was = before.get(ch)?.typing ?? [];
    if (typing !== was && typing.length + was.length) {
      put(draft, { output: 'typing', ch, typing: typing.map(({ who }) => who) });
    }
  }
}
