// Chooses the outbox that works here. Where that is not IndexedDB, its code is loaded.
import { indexedDbOutbox } from './indexeddb.ts';
import type { Outbox } from './types.ts';

/** Some browsers never answer when storage is closed to a frame. */
const OPEN_MS = 2_000;

export async function openOutbox(name: string): Promise<Outbox> {
  // Even naming these may throw in a frame without storage.
  try {
    return await within(OPEN_MS, indexedDbOutbox(name, globalThis.indexedDB));
  } catch {
    const { otherOutbox } = await import('./other.ts');
    return otherOutbox(name);
  }
}

/** The promise, or an error if it takes longer. */
export function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
