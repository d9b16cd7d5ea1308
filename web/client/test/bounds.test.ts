// What the machine keeps has an end, and no frame makes it fall over.
import { expect, test } from 'vitest';
import { Driver } from '../src/driver.ts';
import { nextTime } from '../src/machine/due.ts';
import { INITIAL, step } from '../src/machine/step.ts';
import type { Input, Output, State } from '../src/machine/types.ts';
import { memoryOutbox } from '../src/outbox/memory.ts';
import type { EvFrame, ServerFrame } from '../src/protocol.ts';
import { FakeServer } from './server.ts';
import { randomOf } from './simulation.ts';

const HELLO: ServerFrame = { t: 'hello', v: 1, epoch: 'e1', serverTime: 0, heartbeatMs: 25_000, maxFrame: 65_536 };
const message = (seq: number): EvFrame => ({ t: 'ev', ch: 'c:A', seq, kind: 'message', id: `m${seq}`, data: { text: `${seq}` } });
const page = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
const subok = (events: EvFrame[], head: number, recovered = false): ServerFrame => ({ t: 'subok', ch: 'c:A', epoch: 'e1', head, recovered, events, more: false });

function told(inputs: Input[], state: State = INITIAL): [State, Output[]] {
  const all: Output[] = [];
  for (const input of inputs) {
    const [next, outputs] = step(state, input);
    state = next;
    all.push(...outputs);
  }
  return [state, all];
}

const frames = (...frames: ServerFrame[]): Input[] => frames.map((frame) => ({ input: 'frame', frame }));
const live: Input[] = [{ input: 'follow', ch: 'c:A' }, { input: 'start' }, { input: 'opened' }, ...frames(HELLO)];

test('above a hole 500 events are kept; the rest is read again', () => {
  const [state] = told([...live, ...frames(subok([], 0), ...page(2, 900))]);
  expect(state.channels.get('c:A')!.held.size).toBe(500);
  const [closed, outputs] = told(frames(subok([message(1)], 900, true)), state);
  expect(closed.channels.get('c:A')!.cursor).toBe(501);
  expect(outputs).toEqual([{ output: 'frame', frame: { t: 'more', ch: 'c:A', cursor: 'e1:501' } }]);
});

test('a list shows 2,000 items; what is before them can be read again', () => {
  const [state] = told([...live, ...frames(subok([], 0), ...page(1, 2_100))]);
  const { items, cursor } = state.channels.get('c:A')!;
  expect([items.length, items[0]!.seq, cursor]).toEqual([2_000, 101, 2_100]);
  const [, outputs] = told([{ input: 'older', ch: 'c:A' }], state);
  expect(outputs).toEqual([{ output: 'frame', frame: { t: 'more', ch: 'c:A', cursor: 'e1:101', before: true } }]);
  const [older] = told([{ input: 'older', ch: 'c:A' }, ...frames({ ...subok(page(51, 100), 2_100, true), prev: 'e1:51' } as ServerFrame)], state);
  expect(older.channels.get('c:A')!.items[0]!.seq).toBe(51);
});

// Another client may drop such a page; that is why no vector tells of it.
test('a late page that happens to end where the list begins is older than it, and before it there is more', () => {
  const [state] = told([...live, ...frames(subok(page(904, 905), 905), { ...subok(page(902, 903), 905, true), more: true } as ServerFrame)]);
  expect(state.channels.get('c:A')!.items.map(({ seq }) => seq)).toEqual([902, 903, 904, 905]);
  const [, outputs] = told([{ input: 'older', ch: 'c:A' }], state);
  expect(outputs).toEqual([{ output: 'frame', frame: { t: 'more', ch: 'c:A', cursor: 'e1:902', before: true } }]);
});

test('the outbox holds 100 messages, and 100 channels are followed', () => {
  const sends = Array.from({ length: 101 }, (_, index): Input => ({ input: 'send', cid: `cid-${index}`, ch: 'c:A', data: { text: 'x' } }));
  const [state, outputs] = told(sends);
  expect(state.outbox).toHaveLength(100);
  expect(outputs.at(-1)).toEqual({ output: 'full', cid: 'cid-100' });
  const follows = Array.from({ length: 101 }, (_, index): Input => ({ input: 'follow', ch: `c:${index}` }));
  expect(told(follows)[1]).toEqual([{ output: 'full', ch: 'c:100' }]);
});

test('ten people are shown as typing', () => {
  const typing = Array.from({ length: 20 }, (_, index): ServerFrame => ({ t: 'eph', ch: 'c:A', kind: 'typing', ttl: 5_000, data: { by: 'agent', agentId: `a${index}`, isTyping: true } }));
  expect(told([...live, ...frames(subok([], 0), ...typing)])[0].channels.get('c:A')!.typing).toHaveLength(10);
});

test('time that stands still or goes back changes nothing', () => {
  const [state] = told([...live, ...frames(subok([], 0)), { input: 'time', now: 50_000 }]);
  expect(told([{ input: 'time', now: 10 }], state)[0].now).toBe(50_000);
  expect(nextTime(state)).toBeGreaterThanOrEqual(50_000);
});

test('a frame that is none costs nothing but itself', async () => {
  const server = new FakeServer();
  const driver = new Driver({ url: 'http://server', openSocket: server.openSocket }, Promise.resolve(memoryOutbox()), () => {});
  driver.give({ input: 'follow', ch: 'c:A' });
  driver.give({ input: 'start' });
  await expect.poll(() => driver.state.channels.get('c:A')?.cursor).toBe(0);
  const random = randomOf(7);
  const odd = [undefined, null, 0, -1, 2.5, '', 'c:A', 'me', [], {}, [null], { text: 5 }, true, 1e300];
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  const names = ['ch', 'seq', 'kind', 'data', 'epoch', 'head', 'events', 'heads', 'cid', 'code', 'ttl', 'prev', 'final', 'recovered', 'retryAfter', 'role'];
  for (let count = 0; count < 5_000; count += 1) {
    // `epoch` and `bye` would rightly change what is known.
    const frame: Record<string, unknown> = { t: pick(['authok', 'subok', 'ev', 'ack', 'nack', 'hb', 'eph', 'tomorrow', null]), epoch: 'e1' };
    for (const name of names) if (name !== 'epoch' && random() < 0.5) frame[name] = pick(odd);
    if (frame.ch === 'c:A' && (frame.t === 'subok' || frame.t === 'ev' || frame.t === 'nack')) frame.ch = 'c:B';
    driver.give({ input: 'frame', frame: frame as unknown as ServerFrame });
  }
  server.write('c:A', 'still there');
  await expect.poll(() => driver.state.channels.get('c:A')?.items.map(({ data }) => data)).toEqual([{ id: 'm1', text: 'still there' }]);
  driver.close();
});
