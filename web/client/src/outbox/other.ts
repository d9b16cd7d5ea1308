import { localOutbox } from './local.ts';
import { memoryOutbox } from './memory.ts';
import type { Outbox } from './types.ts';

/** Where there is no IndexedDB, or it does not answer. */
export function otherOutbox(name: string): Outbox {
  try {
    return localOutbox(name, globalThis.localStorage);
  } catch {
    return memoryOutbox();
  }
}
