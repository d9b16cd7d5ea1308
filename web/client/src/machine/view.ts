// What a state shows of a channel.
import type { Acked, Entry, Item, State, Typing } from './types.ts';

export interface View {
  /** Durable items by `seq`, without a hole from the first one on. */
  items: readonly Item[];
  /** Own messages that are stored, and will be items in a moment. */
  acked: readonly Acked[];
  /** Own messages on their way; with `failed` those that were not sent. */
  pending: readonly Entry[];
  /** Whether nothing was read yet. */
  isLoading: boolean;
  /** Whether `older` would find something. */
  hasOlder: boolean;
  refused: string | null;
  seenBy: { readonly visitor: number; readonly agent: number };
  status: string | null;
  typing: readonly Typing[];
}

const NOBODY = { visitor: 0, agent: 0 };

export function view(state: State, ch: string): View {
  const channel = state.channels.get(ch);
  return {
    items: channel?.items ?? [],
    acked: channel?.acked ?? [],
    pending: state.outbox.filter((entry) => entry.ch === ch && !entry.isApplied),
    isLoading: channel?.cursor == null && !channel?.refused,
    hasOlder: (channel?.first ?? 1) > 1,
    refused: channel?.refused ?? null,
    seenBy: channel?.seenBy ?? NOBODY,
    status: channel?.status ?? null,
    typing: channel?.typing ?? [],
  };
}

/** Whether nobody would see a difference. */
export function sameView(a: View, b: View): boolean {
  const { pending, ...rest } = a;
  const isSame = (Object.keys(rest) as (keyof typeof rest)[]).every((key) => a[key] === b[key]);
  return isSame && pending.length === b.pending.length && pending.every((entry, index) => entry === b.pending[index]);
}
