import type { StoredEntry } from '../machine/types.ts';
import type { Outbox } from './types.ts';

const STORE = 'outbox';

/** Throws where there is no IndexedDB, or it is closed to this page (private modes, third-party frames). */
export async function indexedDbOutbox(name: string, factory: IDBFactory): Promise<Outbox> {
  const open = factory.open(`parlour-${name}`, 1);
  open.onupgradeneeded = () => open.result.createObjectStore(STORE, { keyPath: 'cid' });
  const database = await answer(open);
  // Who deletes it, because the visitor wants to be forgotten, need not wait for this page to be left.
  database.onversionchange = () => database.close();

  const run = <T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: 'strict' });
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error!);
    });
  const outbox: Outbox = {
    list: () => run<StoredEntry[]>('readonly', (store) => store.getAll()),
    put: async (entry) => void (await run('readwrite', (store) => store.put(entry))),
    delete: (cid) => run('readwrite', (store) => store.delete(cid)),
  };
  await outbox.list();
  return outbox;
}

function answer<T>(request: IDBOpenDBRequest & IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
}
