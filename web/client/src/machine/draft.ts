// One step's copy of the state: what is changed is copied first, so that earlier states stay as they were.
import type { Channel, Entry, Output, State } from './types.ts';

export interface Draft {
  readonly state: State;
  readonly outputs: Output[];
  readonly random: number;
  /** The channels that are this step's own. */
  readonly own: Set<string>;
}

export function draftOf(state: State, random: number): Draft {
  return { state: { ...state }, outputs: [], random, own: new Set() };
}

export function put(draft: Draft, output: Output): void {
  draft.outputs.push(output);
}

/** The channel, to be changed. */
export function edit(draft: Draft, ch: string): Channel | undefined {
  const { state, own } = draft;
  const channel = state.channels.get(ch);
  if (!channel || own.has(ch)) return channel;
  const copy = { ...channel };
  replace(draft, ch, copy);
  return copy;
}

export function replace(draft: Draft, ch: string, channel: Channel | null): void {
  const channels = new Map(draft.state.channels);
  if (channel) channels.set(ch, channel);
  else channels.delete(ch);
  draft.own.add(ch);
  draft.state.channels = channels;
}

/** Changes every channel. */
export function editAll(draft: Draft, change: (channel: Channel, ch: string) => void): void {
  for (const ch of [...draft.state.channels.keys()]) {
    const channel = edit(draft, ch);
    if (channel) change(channel, ch);
  }
}

/** Gives what becomes of a message of the outbox: null drops it, undefined leaves it. */
type Change = (entry: Entry) => Partial<Entry> | null | undefined;

export function editEntry(draft: Draft, cid: string, change: Change): void {
  editOutbox(draft, (entry) => (entry.cid === cid ? change(entry) : undefined));
}

export function editOutbox(draft: Draft, change: Change): void {
  let isChanged = false;
  const outbox: Entry[] = [];
  for (const entry of draft.state.outbox) {
    const changed = change(entry);
    isChanged ||= changed !== undefined;
    if (changed !== null) outbox.push(changed ? { ...entry, ...changed } : entry);
  }
  if (isChanged) draft.state.outbox = outbox;
}
