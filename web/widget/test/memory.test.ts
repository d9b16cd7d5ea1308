// What the panel keeps, when, and for whom.
import { expect, test } from 'vitest';
import { Memory } from '../panel/memory.ts';

/** As much of a browser's storage as the panel uses; its keys are its own properties, as there. */
function storageOf(): Storage {
  const storage = {} as Record<string, string>;
  const hidden = {
    getItem: (key: string) => storage[key] ?? null,
    setItem: (key: string, value: string) => void (storage[key] = value),
    removeItem: (key: string) => void delete storage[key],
  };
  for (const [name, value] of Object.entries(hidden)) Object.defineProperty(storage, name, { value, enumerable: false });
  return storage as unknown as Storage;
}

test('nothing is stored before it is allowed, and what is there then is', () => {
  const storage = storageOf();
  const memory = new Memory('w1', () => storage);
  memory.write('draft', 'hello');
  expect(Object.keys(storage)).toEqual([]);
  expect(memory.read('draft')).toBe('hello');
  memory.allow();
  expect({ ...storage }).toEqual({ 'parlour-draft-w1': 'hello' });
});

test('another visit finds what was kept', () => {
  const storage = storageOf();
  const memory = new Memory('w1', () => storage);
  memory.allow();
  memory.write('token', 'vt_1');
  expect(new Memory('w1', () => storage).read('token')).toBe('vt_1');
  expect(new Memory('w2', () => storage).read('token')).toBeNull();
});

test('what another tab writes counts', () => {
  const storage = storageOf();
  const [one, two] = [new Memory('w1', () => storage), new Memory('w1', () => storage)];
  for (const memory of [one, two]) memory.allow();
  one.write('token', 'vt_1');
  two.write('token', 'vt_2');
  expect(one.read('token')).toBe('vt_2');
});

test('visitors who share a browser share nothing, and their ids are not stored', () => {
  const storage = storageOf();
  const memory = new Memory('w1', () => storage);
  memory.allow();
  memory.write('token', 'anonymous');
  memory.own('secret-of-ana-0123456789');
  expect(memory.read('token')).toBeNull();
  memory.write('token', 'of ana');
  memory.own('secret-of-bo-0123456789');
  expect(memory.read('token')).toBeNull();
  memory.own(undefined);
  expect(memory.read('token')).toBe('anonymous');
  expect(JSON.stringify(storage)).not.toContain('secret');
});

test('all of this widget is forgotten, and nothing else', () => {
  const storage = storageOf();
  const memory = new Memory('w1', () => storage);
  memory.allow();
  memory.write('token', 'vt_1');
  storage.setItem('parlour-w1-visitor:cid', '{}');
  storage.setItem('parlour-token-w2', 'vt_2');
  storage.setItem('shop', 'basket');
  memory.clear();
  expect(Object.keys(storage)).toEqual(['parlour-token-w2', 'shop']);
  memory.write('draft', 'after');
  expect(Object.keys(storage)).toEqual(['parlour-token-w2', 'shop']);
});

test('where storage is closed, the page remembers', () => {
  const memory = new Memory('w1', () => {
    throw new Error('SecurityError');
  });
  memory.allow();
  memory.write('token', 'vt_1');
  expect(memory.isKept).toBe(false);
  expect(memory.read('token')).toBe('vt_1');
});

test('where storage is closed, the next kind is taken: it keeps what it has room for, and is cleared as well', () => {
  const kept = new Map<string, string>();
  const small = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => key.includes('token') && kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    names: () => [...kept.keys()],
  };
  const memory = new Memory('w1', () => { throw new Error('SecurityError'); }, () => small);
  memory.allow();
  memory.write('token', 'vt_1');
  expect(memory.isKept).toBe(true);
  memory.write('held', 'a message that waits');
  expect([...kept]).toEqual([['parlour-token-w1', 'vt_1']]);
  expect(memory.read('held')).toBe('a message that waits');
  memory.clear();
  expect(kept.size).toBe(0);
});
