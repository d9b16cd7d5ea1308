import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocketServer, WebSocket } from 'ws';
import { connector, type Link, type LinkEvents, type Socket } from '../src/connection.ts';
import type { ClientFrame, ServerFrame } from '../src/protocol.ts';

const HELLO = { t: 'hello', v: 1, epoch: 'e1', serverTime: 0, heartbeatMs: 25_000, maxFrame: 65_536, session: 's1' } as const;
const SUB: ClientFrame = { t: 'sub', ch: 'me' };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(handle);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Writes down what a connection tells. */
function told(): { log: unknown[]; events: LinkEvents } {
  const log: unknown[] = [];
  return {
    log,
    events: { opened: () => log.push('opened'), frame: (frame) => log.push(frame.t), closed: (code) => log.push(`closed ${code}`) },
  };
}

const until = (check: () => void | Promise<void>) => vi.waitFor(check, { interval: 2, timeout: 5_000 });

/** Sockets that a proxy does not let through. */
const blocked = (): Socket => {
  const socket: Socket = { onopen: null, onmessage: null, onclose: null, onerror: null, send() {}, close() {} };
  queueMicrotask(() => socket.onclose?.({ code: 1006 } as never));
  return socket;
};

/** An event stream whose POSTs are answered with a status. */
function stream(posts: string[], status = 202) {
  return (request: IncomingMessage, response: ServerResponse) => {
    posts.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'nobody'}`);
    if (request.url === '/live/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const text = `: hello\n\ndata: ${JSON.stringify(HELLO)}\n\n`;
      // In two pieces, cut in the middle of a frame.
      response.write(text.slice(0, 40), () => response.write(text.slice(40)));
      return;
    }
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      posts.push(body);
      response.writeHead(status).end();
    });
  };
}

test('a socket carries frames both ways, and tells its close', async () => {
  const url = await serve((_, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ server: server!, path: '/live' });
  const heard: string[] = [];
  sockets.on('connection', (socket, request) => {
    heard.push(String(request.headers.authorization));
    socket.send(JSON.stringify(HELLO));
    socket.send('no JSON');
    socket.on('message', (data: Buffer) => {
      heard.push(data.toString());
      socket.close(4009);
    });
  });
  const { log, events } = told();
  const connect = connector({ url, openSocket: (address) => new WebSocket(address, { headers: { authorization: 'Bearer vt_1' } }) as Socket });
  const link = connect(events, null);
  await until(() => expect(log).toEqual(['opened', 'hello']));
  link.send(SUB);
  await until(() => expect(log).toEqual(['opened', 'hello', 'closed 4009']));
  expect(heard).toEqual(['Bearer vt_1', JSON.stringify(SUB)]);
  sockets.close();
});

test('after two sockets without hello the stream is tried; frames wait for its session, and go together', async () => {
  const posts: string[] = [];
  const url = await serve(stream(posts));
  const openSocket = vi.fn(blocked);
  const connect = connector({ url, openSocket });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const { log, events } = told();
    connect(events, null);
    await until(() => expect(log).toEqual(['closed 1006']));
  }
  const { log, events } = told();
  const link = connect(events, { token: 'vt_1' });
  // The headers have said it already.
  link.send({ t: 'auth', token: 'vt_1' });
  link.send(SUB);
  link.send({ t: 'hb' });
  await until(() => expect(posts).toHaveLength(3));
  expect(posts.slice(0, 2)).toEqual(['GET /live/events Bearer vt_1', 'POST /live/send Bearer vt_1']);
  expect(JSON.parse(posts[2]!)).toEqual({ session: 's1', frames: [SUB, { t: 'hb' }] });
  link.send({ t: 'hb' });
  await until(() => expect(posts).toHaveLength(5));
  expect(log).toEqual(['opened', 'hello']);
  expect(openSocket).toHaveBeenCalledTimes(2);

  // The stream is over: a socket has one chance, and then it is the stream's turn again.
  link.close();
  const again = told();
  connect(again.events, null);
  await until(() => expect(again.log).toEqual(['closed 1006']));
  const third = told();
  const last = connect(third.events, null);
  await until(() => expect(third.log).toEqual(['opened', 'hello']));
  expect(openSocket).toHaveBeenCalledTimes(3);
  last.close();
});

test('a socket that has said hello once is not given up for its breaks', async () => {
  let current: Socket;
  const openSocket = vi.fn(() => {
    current = { onopen: null, onmessage: null, onclose: null, onerror: null, send() {}, close() {} };
    return current;
  });
  const connect = connector({ url: 'http://nobody.invalid', openSocket });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    connect(told().events, null);
    current!.onmessage?.({ data: JSON.stringify(HELLO) } as never);
    current!.onclose?.({ code: 1006 } as never);
  }
  expect(openSocket).toHaveBeenCalledTimes(5);
});

test('a page whose policy refuses the socket is told of a close', async () => {
  const { log, events } = told();
  const connect = connector({ url: 'http://nobody.invalid', openSocket: () => { throw new Error('refused'); } });
  const link: Link = connect(events, null);
  link.send(SUB);
  await until(() => expect(log).toEqual(['closed undefined']));
});

test.each([
  [401, 'closed 4001'],
  [403, 'closed 4003'],
  [429, 'closed 4008'],
  [404, 'closed undefined'],
  [503, 'closed undefined'],
])('a stream that is refused with %i is %s', async (status, expected) => {
  const url = await serve((_, response) => response.writeHead(status).end());
  const { log, events } = told();
  connector({ url, openSocket: null })(events, null);
  await until(() => expect(log).toEqual([expected]));
});

test('a session that the server does not know any more closes the stream', async () => {
  const posts: string[] = [];
  const url = await serve(stream(posts, 404));
  const { log, events } = told();
  const link = connector({ url, openSocket: null })(events, null);
  link.send(SUB);
  await until(() => expect(log).toEqual(['opened', 'hello', 'closed undefined']));
});

test('a stream that ends, or that is closed from here, tells it once or not at all', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data:${JSON.stringify({ t: 'bye', code: 4000, retryAfter: 1 } satisfies ServerFrame)}\r\n\r\n`);
  });
  const { log, events } = told();
  connector({ url, openSocket: null })(events, null);
  await until(() => expect(log).toEqual(['opened', 'bye', 'closed undefined']));

  const quiet = told();
  connector({ url, openSocket: null })(quiet.events, null).close();
  const next = told();
  connector({ url, openSocket: null })(next.events, null);
  await until(() => expect(next.log).toContain('closed undefined'));
  expect(quiet.log).toEqual([]);
});
