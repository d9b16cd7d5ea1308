// What has happened since the last time that the conversation was closed: one chat.
import type { PanelState } from '../state.ts';

export interface Round {
  /** The `seq` of the close before this chat; 0 where there was none, or it is further back than what is loaded. */
  from: number;
  hasOwn: boolean;
  /** An agent has written after the visitor. */
  isAnswered: boolean;
}

/** The chat that goes on, or the one that was closed last where nothing was written since. */
export function currentRound(state: PanelState): Round {
  const { items, acked, pending } = state.view;
  const from = items.findLast(isClose)?.seq ?? 0;
  const messages = items.filter(({ seq, kind }) => seq > from && kind === 'message');
  const first = messages.find(({ by }) => by === 'visitor');
  return {
    from,
    hasOwn: Boolean(first ?? acked[0] ?? pending[0] ?? state.held[0]),
    isAnswered: first !== undefined && messages.some(({ seq, by }) => by === 'agent' && seq > first.seq),
  };
}

/** The `seq` of the last event that is known. */
export const lastSeq = (state: PanelState) => Math.max(state.view.items.at(-1)?.seq ?? 0, ...state.view.acked.map(({ seq }) => seq));

export const isClose = (item: { kind: string; data?: unknown }) =>
  item.kind === 'status' && (item.data as { status?: string } | undefined)?.status === 'closed';
