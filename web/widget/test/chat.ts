// Lists of a conversation, for tests.
import type { Item, View } from '@parlour/client';
import { NO_CHAT } from '../panel/state.ts';

const DAY = new Date(2026, 2, 12, 14, 0).getTime();

/** Minutes after two o'clock of the same day. */
export const at = (minutes: number) => DAY + minutes * 60_000;

export function visitorSays(seq: number, text: string, minutes = seq): Item {
  return { seq, kind: 'message', id: `id${seq}`, cid: `cid${seq}`, at: at(minutes), by: 'visitor', data: { type: 'visitor', text } };
}

export function agentSays(seq: number, text: string, minutes = seq, more: object = {}): Item {
  const data = { type: 'agent', text, agentId: 'ana', agentName: 'Ana', isTrigger: false, isPushed: false, ...more };
  return { seq, kind: 'message', id: `id${seq}`, at: at(minutes), by: 'agent', data };
}

export const status = (seq: number, status: 'open' | 'closed'): Item => ({ seq, kind: 'status', at: at(seq), data: { status } });

export function viewOf(items: Item[], more: Partial<View> = {}): View {
  return { ...NO_CHAT, items, ...more };
}
