// What is new in a list: for whom it counts as unread, and what was not there when it was looked at last. Pure.
import type { Item, Message, View } from '@parlour/client';

export const isMessage = (item: Item): boolean => item.kind === 'message';
export const isAgents = (item: Item): boolean => isMessage(item) && (item.data as Message).type !== 'visitor';

/** The agents' messages that the visitor has not seen, the oldest first. */
export function unreadOf(view: View, seen: number): Item[] {
  const upTo = Math.max(seen, view.seenBy.visitor);
  return view.items.filter((item) => item.seq > upTo && isAgents(item));
}

/** Each message once, when it comes. */
export class News {
  #seq: number | null;

  /** `isBeginning`: there was no conversation, so that its first message is news too. */
  constructor(isBeginning: boolean) {
    this.#seq = isBeginning ? 0 : null;
  }

  take(view: View): Item[] {
    if (view.isLoading) return [];
    const known = this.#seq;
    const last = view.items.at(-1)?.seq ?? 0;
    this.#seq = known === null ? last : Math.max(known, last);
    return known === null ? [] : view.items.filter((item) => item.seq > known && isMessage(item));
  }
}
