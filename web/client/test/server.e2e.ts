// The client against the real server, which is killed in the middle.
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { apiOf, type Api } from '../src/api.ts';
import type { Socket } from '../src/connection.ts';
import { Live, type LiveOptions } from '../src/live.ts';
import type { View } from '../src/machine/view.ts';
import { memoryOutbox } from '../src/outbox/memory.ts';
import type { Message } from '../src/protocol.ts';
import { openSession, renewer, type Session } from '../src/session.ts';
import { alone } from '../src/tabs.ts';
import { ServerProcess } from './process.ts';

const binary = process.env.PARLOUR_BINARY;
if (!binary) throw new Error('PARLOUR_BINARY names the server: scripts/test-web-e2e.sh');

let server: ServerProcess;
let api: Api;
let lives: Live[] = [];
beforeAll(async () => {
  server = await ServerProcess.start(binary);
  api = apiOf({ url: server.url, headers: { 'api-key': server.apiKey } });
});
afterEach(() => {
  for (const live of lives) live.close();
  lives = [];
});
afterAll(() => server?.remove());

const until = (check: () => void | Promise<void>) => vi.waitFor(check, { interval: 10, timeout: 60_000 });
const texts = (view: View) => view.items.flatMap(({ kind, data }) => (kind === 'message' ? [(data as Message).text] : []));

function liveOf(options: Partial<LiveOptions>): Live {
  const live = new Live({
    url: server.url,
    name: 'e2e',
    outbox: Promise.resolve(memoryOutbox()),
    openTabs: (_, events) => alone(events),
    ...options,
  });
  lives.push(live);
  live.connect();
  return live;
}

/** A page of the server: it has an origin, and shows its token in a frame. */
function pageOf(session: Session, options: Partial<LiveOptions> = {}): Live {
  return liveOf({
    auth: { token: session.visitorToken },
    openSocket: (url) => new WebSocket(url, { origin: server.url }) as Socket,
    ...options,
  });
}

/** A program that speaks in an agent's name; `null` for the event stream. */
function agentOf(way: 'socket' | 'stream'): Live {
  const headers = { 'api-key': server.apiKey, 'parlour-agent': server.agentId };
  const openSocket = way === 'socket' ? (url: string) => new WebSocket(url, { headers }) as Socket : null;
  return liveOf({ headers, openSocket });
}

const session = () => openSession({ url: server.url }, { widgetId: server.widgetId });

/** The conversation's channel, once there is one. */
async function conversationOf(live: Live): Promise<string> {
  await until(() => expect(live.status.conversation).not.toBeNull());
  return live.status.conversation!;
}

/** What REST says, the oldest first. */
async function stored(ch: string): Promise<string[]> {
  let found: string[] = [];
  let cursor: string | null | undefined;
  do {
    const query = cursor ? { limit: 100, cursor } : { limit: 100 };
    const page = await api('get', '/api/v1/conversations/{id}/messages', { path: { id: ch.slice(2) }, query });
    found = [...page.items.map(({ text }) => text), ...found];
    cursor = page.nextCursor;
  } while (cursor);
  return found;
}

test('a visitor and an agent write to each other', async () => {
  const page = pageOf(await session());
  const me = page.subscribe('me');
  await until(() => expect(page.status.phase).toBe('live'));
  page.send('me', { text: 'hello' });
  expect(me.view.pending.map(({ data }) => data.text)).toEqual(['hello']);
  const ch = await conversationOf(page);
  const list = page.subscribe(ch);
  await until(() => expect(texts(list.view)).toEqual(['hello']));

  const agent = agentOf('socket');
  const desk = agent.subscribe(ch);
  await until(() => expect(texts(desk.view)).toEqual(['hello']));
  agent.typing(ch, true);
  await until(() => expect(list.view.typing.map(({ who }) => who)).toEqual(['agent']));
  page.typing(ch, true, 'I wond');
  await until(() => expect(desk.view.typing.map(({ who, preview }) => [who, preview])).toEqual([['visitor', 'I wond']]));
  agent.send(ch, { text: 'how can I help?' });
  await until(() => expect(texts(list.view)).toEqual(['hello', 'how can I help?']));
  expect(list.view.typing).toEqual([]);
  page.seen(ch, list.view.items.at(-1)!.seq);
  await until(() => expect(desk.view.seenBy.visitor).toBe(list.view.items.at(-1)!.seq));
  agent.send(ch, { text: 'only for us', isNote: true });
  await until(() => expect(desk.view.items.map(({ kind }) => kind)).toContain('note'));
  expect(list.view.items.map(({ kind }) => kind)).not.toContain('note');
  page.send(ch, { text: 'thanks' });
  await until(() => expect(texts(desk.view)).toEqual(['hello', 'how can I help?', 'thanks']));
  await until(() => expect(texts(list.view)).toEqual(texts(desk.view)));
});

test('the same over an event stream', async () => {
  const page = pageOf(await session(), { openSocket: null });
  page.subscribe('me');
  page.send('me', { text: 'hello' });
  const ch = await conversationOf(page);
  const list = page.subscribe(ch);
  const agent = agentOf('stream');
  const desk = agent.subscribe(ch);
  await until(() => expect(texts(desk.view)).toEqual(['hello']));
  agent.send(ch, { text: 'good morning' });
  page.send(ch, { text: 'and to you' });
  await until(() => expect(texts(list.view)).toHaveLength(3));
  await until(() => expect(texts(desk.view)).toEqual(texts(list.view)));
});

test('a hundred messages arrive once and in order though the server is killed in the middle', async () => {
  const page = pageOf(await session());
  page.subscribe('me');
  page.send('me', { text: 'visitor 0' });
  const ch = await conversationOf(page);
  const list = page.subscribe(ch);
  const [agent, stream] = [agentOf('socket'), agentOf('stream')];
  const desk = agent.subscribe(ch);
  const other = stream.subscribe(ch);
  await until(() => expect([texts(list.view), texts(desk.view), texts(other.view)].every((list) => list.length === 1)).toBe(true));

  for (let number = 1; number <= 50; number += 1) {
    page.send(ch, { text: `visitor ${number}` });
    agent.send(ch, { text: `agent ${number}` });
    // Killed with messages on their way, and more are written while nobody answers.
    if (number === 20) void server.kill();
    if (number === 25) {
      await until(() => expect([page, agent, stream].map(({ status }) => status.phase)).not.toContain('live'));
      await server.start();
    }
    if (number < 20 || number > 25) await until(() => expect(list.view.pending.length + desk.view.pending.length).toBeLessThan(10));
  }
  await until(() => expect([page, agent].map((live) => live.view(ch).pending.length + live.view(ch).acked.length)).toEqual([0, 0]));
  const truth = await stored(ch);
  expect(truth).toHaveLength(101);
  expect(new Set(truth).size).toBe(101);
  await until(() => expect([texts(list.view), texts(desk.view), texts(other.view)]).toEqual([truth, truth, truth]));
  const numbers = (side: string) => truth.filter((text) => text.startsWith(side)).map((text) => Number(text.split(' ')[1])).filter((number) => !Number.isNaN(number));
  expect(numbers('agent')).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  expect(numbers('visitor')).toEqual(Array.from({ length: 51 }, (_, index) => index));
});

test('a visitor whose token has ended gets another, and is somebody else', async () => {
  const first = await session();
  const renew = vi.fn(renewer(session));
  const page = pageOf(first, { renew });
  await until(() => expect(page.status.phase).toBe('live'));
  const ended = await fetch(`${server.url}/live/session`, { method: 'DELETE', headers: { authorization: `Bearer ${first.visitorToken}` } });
  expect(ended.status).toBe(204);
  await until(() => expect(renew).toHaveBeenCalledTimes(1));
  await until(() => expect(page.status.phase).toBe('live'));
});

test('a restart is announced, waited for, and over', async () => {
  const page = pageOf(await session());
  page.subscribe('me');
  page.send('me', { text: 'before' });
  const list = page.subscribe(await conversationOf(page));
  await until(() => expect(texts(list.view)).toEqual(['before']));
  const waits: number[] = [];
  page.onTold((told) => told.output === 'wait' && waits.push(told.ms));
  await server.kill('SIGTERM');
  page.send(page.status.conversation!, { text: 'after' });
  await server.start();
  await until(() => expect(texts(list.view)).toEqual(['before', 'after']));
  expect(waits.length).toBeGreaterThan(0);
});
