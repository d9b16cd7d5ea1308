// Whether the chat that ended last is to be rated. Pure.
import { isClose } from '../form/round.ts';
import type { PanelState } from '../state.ts';

/** As long as the server takes one for a chat that has ended. */
const OPEN_MS = 24 * 60 * 60 * 1000;

/** Only where both sides have written: there is nothing to say about a chat that nobody answered. */
export function ratingOf(state: PanelState, now = Date.now()): PanelState['rating'] {
  const { config, view, gate, answers } = state;
  if (!config.hasRating || gate !== 'open' || view.status !== 'closed') return 'none';
  const end = view.items.findLast(isClose);
  if (!end || now - (end.at ?? now) > OPEN_MS) return 'none';
  const begin = view.items.findLast((item) => isClose(item) && item.seq < end.seq)?.seq ?? 0;
  const chat = view.items.filter(({ seq }) => seq > begin);
  const answer = answers.rating;
  if (chat.some(({ seq, kind }) => kind === 'rating' && seq > end.seq)) return 'done';
  if (answer && answer.seq >= end.seq) return answer.as === 'sent' ? 'done' : 'none';
  const wrote = (side: string) => chat.some(({ kind, by }) => kind === 'message' && by === side);
  return wrote('visitor') && wrote('agent') ? 'asked' : 'none';
}
