import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Live, newCid, type LiveOptions } from '../src/live.ts';
import { memoryOutbox } from '../src/outbox/memory.ts';
import { alone, openTabs } from '../src/tabs.ts';
import type { View } from '../src/machine/view.ts';
import { FakeLocks, FakeServer } from './server.ts';

const lines = ({ items, acked, pending }: View) => [
  ...items.map(({ seq, data }) => `${seq} ${(data as { text: string }).text}`),
  ...acked.map(({ seq, data }) => `+${seq} ${data.text}`),
  ...pending.map(({ data, failed }) => `${failed ? '!' : '~'} ${data.text}`),
];

let server: FakeServer;
let lives: Live[];
beforeEach(() => {
  server = new FakeServer();
  lives = [];
});
afterEach(() => {
  for (const live of lives) live.close();
  vi.unstubAllGlobals();
});

function liveOf(options: Partial<LiveOptions> = {}): Live {
  const live = new Live({
    url: 'http://server',
    name: 'test',
    openSocket: server.openSocket,
    outbox: Promise.resolve(memoryOutbox()),
    openTabs: (_, events) => alone(events),
    random: () => 0.01,
    ...options,
  });
  lives.push(live);
  return live;
}

/** Waits for what is to become true, by the events of a turn and not by time. */
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { interval: 2, timeout: 5_000 });

test('a list follows a conversation, and messages go both ways', async () => {
  server.write('c:A', 'hello');
  const live = liveOf({ auth: { token: 'vt_1' } });
  const seen: string[][] = [];
  const list = live.subscribe('c:A', (view) => seen.push(lines(view)));
  expect(list.view.isLoading).toBe(true);
  live.connect();
  await until(() => expect(lines(list.view)).toEqual(['1 hello']));
  expect(live.status).toEqual({ phase: 'live', role: 'visitor', conversation: null });

  live.send('c:A', { text: 'hi' });
  expect(lines(list.view)).toEqual(['1 hello', '~ hi']);
  await until(() => expect(lines(list.view)).toEqual(['1 hello', '2 hi']));
  server.write('c:A', 'how are you');
  await until(() => expect(lines(list.view)).toEqual(['1 hello', '2 hi', '3 how are you']));
  expect(seen).toContainEqual(['1 hello', '~ hi']);

  list.close();
  await until(() => expect(server.follows()).toEqual([]));
});

test('after a break the list goes on where it was, and what had no answer goes out again', async () => {
  const live = liveOf();
  const list = live.subscribe('c:A');
  live.connect();
  await until(() => expect(list.view.isLoading).toBe(false));
  server.isMute = true;
  live.send('c:A', { text: 'first' });
  await until(() => expect(server.heard.filter(({ t }) => t === 'send')).toHaveLength(1));
  server.break(1006);
  server.write('c:A', 'meanwhile');
  server.isMute = false;
  await until(() => expect(lines(list.view)).toEqual(['1 meanwhile', '2 first']));
  const sent = server.heard.filter((frame) => frame.t === 'send');
  expect(new Set(sent.map(({ cid }) => cid)).size).toBe(1);
  expect(server.heard.filter(({ t }) => t === 'sub')).toContainEqual({ t: 'sub', ch: 'c:A', cursor: 'e1:0' });
});

test('what a page left in its outbox the next page sends', async () => {
  const outbox = Promise.resolve(memoryOutbox());
  server.isMute = true;
  const first = liveOf({ outbox });
  first.subscribe('c:A');
  first.connect();
  first.send('c:A', { text: 'left behind' });
  await until(() => expect(server.heard.some(({ t }) => t === 'send')).toBe(true));
  first.close();
  server.isMute = false;
  const second = liveOf({ outbox });
  const list = second.subscribe('c:A');
  second.connect();
  await until(() => expect(lines(list.view)).toEqual(['1 left behind']));
  await until(async () => expect(await (await outbox).list()).toEqual([]));
});

test('what was left is sent in the order in which it was written, however the outbox keeps it', async () => {
  const left = memoryOutbox();
  for (const at of [3, 1, 2]) await left.put({ cid: `cid-${at}`, ch: 'c:A', data: { text: `no. ${at}` }, at: Date.now() - 10 + at });
  const live = liveOf({ outbox: Promise.resolve(left) });
  const list = live.subscribe('c:A');
  live.connect();
  await until(() => expect(lines(list.view)).toEqual(['1 no. 1', '2 no. 2', '3 no. 3']));
});

test('a token that has ended is renewed; where there is no other, it stops and says so', async () => {
  const tokens = ['vt_2', null];
  server.tokens.add('vt_2');
  const renew = vi.fn(() => Promise.resolve(tokens[0] ? { token: tokens.shift()! } : null));
  const live = liveOf({ auth: { token: 'vt_0' }, renew });
  const told: unknown[] = [];
  live.onTold((one) => told.push(one));
  live.connect();
  await until(() => expect(live.status.phase).toBe('live'));
  expect(renew).toHaveBeenCalledTimes(1);
  server.break(4001);
  await until(() => expect(live.status.phase).toBe('ended'));
  expect(told).toContainEqual({ output: 'stop', code: 4001 });
});

test('storage that fails delays a message, and does not lose it', async () => {
  const broken = { list: () => Promise.reject(new Error('no')), put: () => Promise.reject(new Error('no')), delete: () => Promise.reject(new Error('no')) };
  const live = liveOf({ outbox: Promise.resolve(broken) });
  const list = live.subscribe('c:A');
  live.connect();
  live.send('c:A', { text: 'hi' });
  await until(() => expect(lines(list.view)).toEqual(['1 hi']));
});

test('tabs share one connection, and the next one takes over when the first is closed', async () => {
  vi.stubGlobal('navigator', { locks: new FakeLocks() });
  const outbox = Promise.resolve(memoryOutbox());
  const tab = () => liveOf({ outbox, openTabs });
  const [first, second] = [tab(), tab()];
  let changes: string[][] = [];
  const [one, two] = [first.subscribe('c:A'), second.subscribe('c:A', (view) => changes.push(lines(view)))];
  const three = second.subscribe('c:B');
  first.connect();
  await until(() => expect(one.view.isLoading).toBe(false));
  second.connect();
  server.write('c:A', 'hello');
  server.write('c:B', 'other');
  await until(() => expect([lines(one.view), lines(two.view), lines(three.view)]).toEqual([['1 hello'], ['1 hello'], ['1 other']]));
  expect(server.opened).toBe(1);

  // A follower's message goes by the leader.
  second.send('c:A', { text: 'from the second' });
  await until(() => expect([lines(one.view), lines(two.view)]).toEqual([['1 hello', '2 from the second'], ['1 hello', '2 from the second']]));

  // What only one tab wants is left when that one does not want it any more.
  three.close();
  await until(() => expect(server.follows()).toEqual(['c:A']));

  // The leader goes while nothing is answered; the other tab finishes what was begun.
  server.isMute = true;
  changes = [];
  second.send('c:A', { text: 'in between' });
  await until(() => expect(lines(two.view)).toContain('~ in between'));
  first.close();
  server.isMute = false;
  await until(() => expect(server.opened).toBe(2));
  await until(() => expect(lines(two.view)).toEqual(['1 hello', '2 from the second', '3 in between']));
  expect(changes.every((list) => list.includes('1 hello'))).toBe(true);
  expect(server.logs.get('c:A')).toHaveLength(3);
});

test('without locks every tab has its own connection', async () => {
  vi.stubGlobal('navigator', {});
  for (const text of ['one', 'two']) {
    const live = liveOf({ openTabs });
    const list = live.subscribe('c:A');
    live.connect();
    live.send('c:A', { text });
    await until(() => expect(lines(list.view).at(-1)).toMatch(new RegExp(`^\\d ${text}$`)));
  }
  expect(server.opened).toBe(2);
});

test('a cid has 128 bits and the alphabet of the protocol', () => {
  const cids = Array.from({ length: 100 }, newCid);
  for (const cid of cids) expect(cid).toMatch(/^[A-Za-z0-9_-]{22}$/);
  expect(new Set(cids).size).toBe(100);
});
