// R1 and R2: what becomes of the list of a channel by its events. Pure, and without the wire.
import type { EvFrame, Message } from '../protocol.ts';
import { HELD_MAX, LIST_MAX } from './limits.ts';
import type { Channel, Item } from './types.ts';

/** Is told each event that the list has taken in. */
export type Applied = (event: EvFrame) => void;

const SHOWN = ['message', 'note', 'assignment', 'group', 'status', 'rating'];

export function freshChannel(): Channel {
  return {
    cursor: null,
    head: 0,
    first: 1,
    items: [],
    held: new Map(),
    acked: [],
    asked: null,
    askedAt: 0,
    wantsSub: true,
    wantsOlder: false,
    askFrom: 0,
    refused: null,
    seen: 0,
    seenUntold: false,
    seenBy: { visitor: 0, agent: 0 },
    status: null,
    typing: [],
    own: null,
  };
}

/** Takes an event in its turn, keeps it where something before it is missing, ignores what was applied. */
export function receive(channel: Channel, event: EvFrame, applied: Applied): void {
  const { seq } = event;
  if (!Number.isSafeInteger(seq)) return;
  channel.head = Math.max(channel.head, seq);
  if (channel.cursor === null || channel.asked === 'sub' || seq > channel.cursor + 1) {
    hold(channel, event);
  } else if (seq === channel.cursor + 1) {
    apply(channel, event, applied);
    drain(channel, applied);
  }
}

/** Begins anew with a page of which nothing is known but that it has no holes. */
export function begin(channel: Channel, page: readonly EvFrame[], head: number): void {
  const first = page[0];
  channel.items = [];
  channel.head = head;
  channel.cursor = first ? first.seq - 1 : head;
  channel.first = channel.cursor + 1;
}

/** Applies what was kept and has its turn now, and forgets what it has passed. */
export function drain(channel: Channel, applied: Applied): void {
  const { cursor, held } = channel;
  if (cursor === null || !held.size) return;
  for (;;) {
    const event = held.get(channel.cursor! + 1);
    if (!event) break;
    apply(channel, event, applied);
  }
  const left = new Map([...held].filter(([seq]) => seq > channel.cursor!));
  channel.held = left;
  channel.head = Math.max(channel.head, ...left.keys());
}

/**
 * Puts an older page before the list, if it is one. That is seen from its numbers: a question that was asked twice has two
 * answers, and the second may come when something else was asked. A page that does not reach the list is dropped.
 */
export function prepend(channel: Channel, page: readonly EvFrame[], applied: Applied): boolean {
  const first = page[0];
  const last = page.at(-1);
  if (!first || !last || last.seq >= channel.first) return false;
  if (last.seq < channel.first - 1) return true;
  let items: readonly Item[] = [];
  for (const event of page) {
    items = changed(items, event);
    note(channel, event);
    applied(event);
  }
  channel.items = [...items, ...channel.items];
  channel.first = first.seq;
  channel.wantsOlder = false;
  return true;
}

function hold(channel: Channel, event: EvFrame): void {
  if (channel.held.size < HELD_MAX) channel.held = new Map(channel.held).set(event.seq, event);
}

function apply(channel: Channel, event: EvFrame, applied: Applied): void {
  channel.cursor = event.seq;
  channel.items = changed(channel.items, event);
  const surplus = channel.items.length - LIST_MAX;
  if (surplus > 0) {
    channel.items = channel.items.slice(surplus);
    channel.first = channel.items[0]!.seq;
  }
  note(channel, event);
  if (event.kind === 'status') channel.status = (event.data as { status?: string } | undefined)?.status ?? null;
  channel.acked = channel.acked.filter((acked) => acked.seq > event.seq && acked.cid !== event.cid);
  applied(event);
}

/** What an event says that no item shows. */
function note(channel: Channel, event: EvFrame): void {
  if (event.kind !== 'seen') return;
  const { by, upTo } = (event.data ?? {}) as { by?: string; upTo?: number };
  if (by !== 'visitor' && by !== 'agent') return;
  channel.seenBy = { ...channel.seenBy, [by]: Math.max(channel.seenBy[by], upTo ?? 0) };
}

function changed(items: readonly Item[], event: EvFrame): readonly Item[] {
  const { seq, kind, at, by, cid, data } = event;
  const about = (data ?? {}) as Partial<Message> & { messageId?: string };
  const id = event.id ?? about.id ?? about.messageId;
  if (SHOWN.includes(kind)) return [...items, { seq, kind, id, at, by, cid, data }];
  if (kind === 'edit') return items.map((item) => (id && item.id === id ? { ...item, data } : item));
  return kind === 'delete' ? items.filter((item) => !id || item.id !== id) : items;
}
