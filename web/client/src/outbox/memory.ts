import type { StoredEntry } from '../machine/types.ts';
import type { Outbox } from './types.ts';

/** Where nothing else works: until the page is left. */
export function memoryOutbox(): Outbox {
  const entries = new Map<string, StoredEntry>();
  return {
    list: async () => [...entries.values()],
    put: async (entry) => void entries.set(entry.cid, entry),
    delete: async (cid) => void entries.delete(cid),
  };
}
