// What the thread shows from top to bottom: messages in groups by author, the days between them, who came and went. Pure.
import type { components, Item, Message, SendData, View } from '@parlour/client';
import type { HeldMessage } from '../state.ts';

type File = components['schemas']['File'];

export interface Shown {
  key: string;
  /** The author: `visitor`, or an agent's id. */
  by: string;
  name: string | null;
  picture: string | null;
  text: string;
  files: readonly File[];
  /** Files that the server has not shown in the message yet. */
  fileIds: readonly string[];
  at: number;
  /** Null until it is stored. */
  seq: number | null;
  state: 'sending' | 'sent' | 'failed' | 'held';
}

export type Row =
  | { kind: 'day'; key: string; at: number }
  | { kind: 'line'; key: string; text: 'joinedFirst' | 'joined' | 'left' | 'closed'; name: string }
  | { kind: 'new'; key: string }
  | { kind: 'message'; key: string; message: Shown; isFirst: boolean; isLast: boolean };

export type MessageRow = Extract<Row, { kind: 'message' }>;

export interface Thread {
  view: View;
  held: readonly HeldMessage[];
  /** Above which `seq` messages are marked as new; null for none. */
  newAbove: number | null;
}

/** Messages of one author within this time are a group with one face and one time. */
const GROUP_MS = 5 * 60_000;

export function rowsOf({ view, held, newAbove }: Thread): Row[] {
  const rows: Row[] = [];
  let day = '';
  const dated = (at: number) => {
    const date = new Date(at).toDateString();
    if (date !== day) rows.push({ kind: 'day', key: `day ${date}`, at });
    day = date;
  };
  const add = (message: Shown) => {
    dated(message.at);
    rows.push({ kind: 'message', key: message.key, message, isFirst: true, isLast: true });
  };
  const lines = new Lines(!view.hasOlder);
  let isMarked = newAbove === null;
  for (const item of view.items) {
    if (item.kind === 'status') rows.push(...lines.ended(item));
    if (item.kind !== 'message') continue;
    const message = item.data as Message;
    dated(item.at ?? message.createdAt);
    rows.push(...lines.spoke(item, message));
    if (!isMarked && item.seq > newAbove! && message.type !== 'visitor') {
      isMarked = true;
      rows.push({ kind: 'new', key: 'new' });
    }
    add(stored(item, message));
  }
  for (const { cid, seq, at, data } of view.acked) add(own(cid, data, at, 'sent', seq));
  for (const { cid, at, data, failed } of view.pending) add(own(cid, data, at, failed ? 'failed' : 'sending'));
  for (const { cid, at, text, fileIds } of held) add(own(cid, { text, fileIds }, at, 'held'));
  group(rows);
  return rows;
}

/** The last own message, which is the one whose mark is shown. */
export function lastOwn(rows: readonly Row[]): MessageRow | undefined {
  return rows.findLast((row): row is MessageRow => row.kind === 'message' && row.message.by === 'visitor');
}

/** Who came and went in a chat; not told where its beginning is not in the list. */
class Lines {
  #isKnown: boolean;
  readonly #here = new Map<string, string>();

  constructor(isKnown: boolean) {
    this.#isKnown = isKnown;
  }

  spoke({ seq }: Item, { agentId, agentName, isTrigger, isPushed }: Message): Row[] {
    if (!agentId || !agentName || isTrigger || isPushed || this.#here.has(agentId)) return [];
    const text = this.#here.size ? 'joined' : 'joinedFirst';
    this.#here.set(agentId, agentName);
    return this.#isKnown ? [{ kind: 'line', key: `joined ${seq}`, text, name: agentName }] : [];
  }

  ended({ seq, data }: Item): Row[] {
    this.#isKnown = true;
    const names = [...this.#here.values()];
    this.#here.clear();
    if ((data as { status?: string } | undefined)?.status !== 'closed') return [];
    const left = names.map((name, index): Row => ({ kind: 'line', key: `left ${seq} ${index}`, text: 'left', name }));
    return [...left, { kind: 'line', key: `closed ${seq}`, text: 'closed', name: '' }];
  }
}

function stored({ seq, cid, id, at }: Item, message: Message): Shown {
  const isOwn = message.type === 'visitor';
  const files = [...(message.file ? [message.file] : []), ...(message.attachments ?? [])];
  return {
    key: cid ?? id ?? String(seq),
    by: isOwn ? 'visitor' : (message.agentId ?? 'agent'),
    name: isOwn ? null : (message.agentName ?? null),
    picture: message.agentUserpic ?? null,
    // A message of files alone has the first one's name for a text.
    text: message.text === files[0]?.name ? '' : message.text,
    files,
    fileIds: [],
    at: at ?? message.createdAt,
    seq,
    state: 'sent',
  };
}

function own(cid: string, { text = '', fileIds = [] }: SendData, at: number, state: Shown['state'], seq: number | null = null): Shown {
  return { key: cid, by: 'visitor', name: null, picture: null, text, files: [], fileIds, at, seq, state };
}

function group(rows: readonly Row[]): void {
  rows.forEach((row, index) => {
    const before = rows[index - 1];
    if (row.kind !== 'message' || before?.kind !== 'message') return;
    const isSame = row.message.by === before.message.by && row.message.at - before.message.at < GROUP_MS;
    row.isFirst = !isSame;
    before.isLast = !isSame;
  });
}
