// What a failed request is called to the visitor.
import { ApiError } from '@parlour/client';
import type { Texts } from './texts/en.ts';

export function wordsFor(error: unknown, texts: Texts): string {
  if (!(error instanceof ApiError)) return texts.error.weird;
  if (error.status === 429) return texts.tooFast;
  return error.status === 403 ? texts.error.denied : texts.error.weird;
}
