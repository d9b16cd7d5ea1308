// R4 and R5: messages on their way, each until its ack or a final refusal.
import type { AckFrame, NackFrame } from '../protocol.ts';
import { edit, editEntry, editOutbox, put, type Draft } from './draft.ts';
import * as limits from './limits.ts';
import type { Entry, StoredEntry } from './types.ts';

export function add(draft: Draft, stored: StoredEntry): void {
  const { state } = draft;
  if (state.outbox.some(({ cid }) => cid === stored.cid)) return;
  if (state.outbox.length >= limits.OUTBOX_MAX) {
    put(draft, { output: 'full', cid: stored.cid });
    return;
  }
  const entry = entryOf(draft, stored);
  state.outbox = [...state.outbox, entry];
  put(draft, { output: 'keep', entry: storedOf(entry) });
  const channel = edit(draft, entry.ch);
  // The message itself tells the others that its author types no longer.
  if (channel) channel.own = null;
}

/** Messages of an earlier life of this page come before those of this one. */
export function restore(draft: Draft, entries: readonly StoredEntry[]): void {
  const { state } = draft;
  const known = new Set(state.outbox.map(({ cid }) => cid));
  const restored = entries
    .filter(({ cid }) => !known.has(cid))
    .slice(0, limits.OUTBOX_MAX - state.outbox.length)
    .map((stored) => {
      const entry = entryOf(draft, stored);
      const isApplied = !!state.channels.get(entry.ch)?.items.some(({ cid }) => cid === entry.cid);
      return { ...entry, isKept: true, isApplied };
    });
  state.outbox = [...restored, ...state.outbox];
}

export function onKept(draft: Draft, cid: string): void {
  editEntry(draft, cid, () => ({ isKept: true }));
}

export function retry(draft: Draft, cid: string): void {
  editEntry(draft, cid, (entry) => {
    if (!entry.failed) return undefined;
    const again = entryOf(draft, { ...entry, at: draft.state.now });
    put(draft, { output: 'keep', entry: storedOf(again) });
    return again;
  });
}

export function discard(draft: Draft, cid: string): void {
  editEntry(draft, cid, (entry) => (entry.failed ? drop(draft, cid) : undefined));
}

export function onAck(draft: Draft, frame: AckFrame): void {
  editEntry(draft, frame.cid, (entry) => {
    const channel = edit(draft, frame.ch);
    const isShown = entry.isApplied || (channel?.cursor != null && frame.seq <= channel.cursor);
    const { cid, seq, id, at } = frame;
    if (channel && !isShown) {
      channel.acked = [...channel.acked, { cid, seq, id, at, data: entry.data }];
    }
    return drop(draft, cid);
  });
}

export function onNack(draft: Draft, cid: string, frame: NackFrame): void {
  editEntry(draft, cid, (entry) => {
    if (entry.failed) return undefined;
    if (frame.final) {
      drop(draft, cid);
      return { failed: frame.code, isSent: false };
    }
    const wait = frame.retryAfter ? frame.retryAfter * 1_000 : resendMs(entry.tries);
    return { isSent: false, from: draft.state.now + wait };
  });
}

/** The event of an own message: from here on the list shows it. */
export function onOwnEvent(draft: Draft, cid: string): void {
  editEntry(draft, cid, (entry) => (entry.failed ? drop(draft, cid) : { isApplied: true }));
}

export function expire(draft: Draft): void {
  editOutbox(draft, (entry) => (!entry.failed && entry.until <= draft.state.now ? { failed: 'expired', isSent: false } : undefined));
}

/** How long to wait for an answer after having sent so often. */
export function resendMs(tries: number): number {
  return Math.min(limits.RESEND_MAX_MS, limits.RESEND_FIRST_MS * 2 ** (tries - 1));
}

function drop(draft: Draft, cid: string): null {
  put(draft, { output: 'forget', cid });
  return null;
}

function entryOf({ state }: Draft, { cid, ch, data, at }: StoredEntry): Entry {
  return {
    cid,
    ch: ch === 'me' && state.conversation ? state.conversation : ch,
    data,
    at,
    isKept: false,
    isSent: false,
    tries: 0,
    from: 0,
    until: at + limits.OUTBOX_END_MS,
    isApplied: false,
    failed: null,
  };
}

function storedOf({ cid, ch, data, at }: StoredEntry): StoredEntry {
  return { cid, ch, data, at };
}
