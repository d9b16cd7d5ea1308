// Remembers what the visitor did with a card, so that it is not shown to them again.
import type { Panel } from '../panel.ts';
import type { Answers, CardAnswer } from '../state.ts';
import { lastSeq } from './round.ts';

export function answer(panel: Panel, card: keyof Answers, as: CardAnswer['as']): void {
  const { state } = panel.store;
  const answers = { ...state.answers, [card]: { as, seq: lastSeq(state) } };
  panel.keep('answers', answers);
  // What had the focus is gone.
  panel.focusComposer();
  panel.store.set(card === 'rating' ? { answers, rating: as === 'sent' ? 'done' : 'none' } : { answers });
}
