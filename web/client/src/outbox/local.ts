import type { StoredEntry } from '../machine/types.ts';
import type { Outbox } from './types.ts';

/** One key a message, so that tabs never overwrite each other's. Throws where nothing can be written. */
export function localOutbox(name: string, storage: Storage): Outbox {
  const prefix = `parlour-${name}:`;
  storage.setItem(`${prefix}?`, '');
  storage.removeItem(`${prefix}?`);
  return {
    async list() {
      const entries: StoredEntry[] = [];
      for (let index = 0; index < storage.length; index += 1) {
        const key = storage.key(index);
        if (!key?.startsWith(prefix)) continue;
        try {
          entries.push(JSON.parse(storage.getItem(key) ?? '') as StoredEntry);
        } catch {
          // Not ours, or half written: it can never be sent.
        }
      }
      return entries;
    },
    async put(entry) {
      storage.setItem(prefix + entry.cid, JSON.stringify(entry));
    },
    async delete(cid) {
      storage.removeItem(prefix + cid);
    },
  };
}
