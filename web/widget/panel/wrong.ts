// What a failed request is called to the visitor.
import type { ApiError } from '@parlour/client';
import type { Texts } from './texts/en.ts';

export function wordsFor(error: unknown, texts: Texts): string {
  const { status } = error as Partial<ApiError>;
  if (status === 429) return texts.tooFast;
  return status === 403 ? texts.error.denied : texts.error.weird;
}
