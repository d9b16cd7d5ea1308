import { IDBFactory } from 'fake-indexeddb';
import { afterEach, expect, test, vi } from 'vitest';
import { indexedDbOutbox } from '../src/outbox/indexeddb.ts';
import { localOutbox } from '../src/outbox/local.ts';
import { memoryOutbox } from '../src/outbox/memory.ts';
import { openOutbox } from '../src/outbox/open.ts';

const entry = (cid: string, at: number) => ({ cid, ch: 'c:A', data: { text: cid }, at });

function fakeStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test.each([
  ['IndexedDB', () => indexedDbOutbox('a', new IDBFactory())],
  ['localStorage', async () => localOutbox('a', fakeStorage())],
  ['memory', async () => memoryOutbox()],
])('%s keeps messages until they are deleted', async (_, open) => {
  const outbox = await open();
  await outbox.put(entry('second', 2));
  await outbox.put(entry('first', 1));
  await outbox.put(entry('third', 3));
  await outbox.put(entry('second', 2));
  await outbox.delete('third');
  await outbox.delete('never there');
  const kept = await outbox.list();
  expect(kept.sort((a, b) => a.at - b.at)).toEqual([entry('first', 1), entry('second', 2)]);
});

test('what one page stored the next one finds, under the same name only', async () => {
  const factory = new IDBFactory();
  const storage = fakeStorage();
  await (await indexedDbOutbox('a', factory)).put(entry('one', 1));
  await localOutbox('a', storage).put(entry('one', 1));
  storage.setItem('parlour-a:broken', '{');
  storage.setItem('something else', '{}');
  expect(await (await indexedDbOutbox('a', factory)).list()).toEqual([entry('one', 1)]);
  expect(await (await indexedDbOutbox('b', factory)).list()).toEqual([]);
  expect(await localOutbox('a', storage).list()).toEqual([entry('one', 1)]);
  expect(await localOutbox('b', storage).list()).toEqual([]);
});

test('the first that works is taken', async () => {
  const storage = fakeStorage();
  const works = new IDBFactory();
  const throws = new Proxy({}, { get: () => () => { throw new DOMException('no', 'SecurityError'); } });
  const keep = async () => (await openOutbox('a')).put(entry('one', 1));

  vi.stubGlobal('indexedDB', works);
  vi.stubGlobal('localStorage', storage);
  await keep();
  expect(storage.length).toBe(0);

  vi.stubGlobal('indexedDB', throws);
  await keep();
  expect(storage.length).toBe(1);

  vi.stubGlobal('indexedDB', undefined);
  vi.stubGlobal('localStorage', throws);
  const outbox = await openOutbox('a');
  await outbox.put(entry('one', 1));
  expect(await outbox.list()).toEqual([entry('one', 1)]);
  expect(await (await openOutbox('a')).list()).toEqual([]);
});

test('storage that never answers is not waited for', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('indexedDB', { open: () => ({}) });
  vi.stubGlobal('localStorage', fakeStorage());
  const opening = openOutbox('a');
  await vi.advanceTimersByTimeAsync(2_000);
  await (await opening).put(entry('one', 1));
  expect(localStorage.length).toBe(1);
});
