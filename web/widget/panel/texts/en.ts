// English, and with it the shape of every language. The panel comes with the first part; whoever imports this has the whole.
import { first, type FirstTexts } from './english/first.ts';
import { late } from './english/late.ts';

/** Every text of a language. */
export type Texts = FirstTexts & typeof late;

/** What the panel has spoken so far is completed, and not replaced. */
export const en: Texts = complete(first, late);

function complete<First extends object, Late extends object>(first: First, late: Late): First & Late {
  for (const [key, text] of Object.entries(late)) {
    const known = (first as Record<string, unknown>)[key];
    if (typeof known === 'object' && known) complete(known, text as object);
    else Object.assign(first, { [key]: text });
  }
  return first as First & Late;
}

/** For the parts that are loaded when they are needed, which have brought the rest of English along. */
export const wholeOf = ({ texts }: { texts: FirstTexts }): Texts => texts as Texts;
