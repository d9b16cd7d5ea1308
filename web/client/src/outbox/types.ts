import type { StoredEntry } from '../machine/types.ts';

/** Where messages stay until they were sent, if it can be over a reload of the page. */
export interface Outbox {
  /** All that is there, in any order. */
  list(): Promise<StoredEntry[]>;
  put(entry: StoredEntry): Promise<void>;
  delete(cid: string): Promise<void>;
}
