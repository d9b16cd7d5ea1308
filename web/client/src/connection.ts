// One connection to the server: a WebSocket, or where none gets through an event stream with POST.
import type { Auth, ClientFrame, ServerFrame } from './protocol.ts';

/** What a connection tells. Whoever has closed it, or heard that it is closed, is to listen no more. */
export interface LinkEvents {
  opened(): void;
  frame(frame: ServerFrame): void;
  /** Without a code it could not be opened, or broke. */
  closed(code?: number): void;
}

export interface Link {
  send(frame: ClientFrame): void;
  close(): void;
}

/** As much of a WebSocket as is needed; the browser's and that of the package `ws` fit. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface ConnectionOptions {
  /** The server's address, such as `https://chat.example.org`. */
  url: string;
  /** Opens a socket; null where there are none. A program sends its headers here. */
  openSocket?: ((url: string) => Socket) | null;
  /** Headers of a program for the event stream and its POSTs. */
  headers?: Record<string, string>;
}

/** So many sockets in a row that never said `hello` make the stream be tried. */
const SOCKET_FAILURES_MAX = 2;

/**
 * Opens connections, one after another. After two sockets without `hello` comes a stream; when that ends a socket is tried
 * once before the next stream, so that nobody stays with the poorer way because the server was away for a moment.
 */
export function connector(options: ConnectionOptions): (events: LinkEvents, auth: Auth | null) => Link {
  const ws = globalThis.WebSocket as (new (url: string) => Socket) | undefined;
  const openSocket = options.openSocket === undefined ? ws && ((url: string) => new ws(url)) : options.openSocket;
  /** Sockets in a row that were opened and have not said anything. */
  let failures = 0;
  return (events, auth) => {
    if (!openSocket || failures === SOCKET_FAILURES_MAX) {
      failures = SOCKET_FAILURES_MAX - 1;
      return streamLater(options, events, auth);
    }
    failures += 1;
    const frame = (frame: ServerFrame) => {
      failures = 0;
      events.frame(frame);
    };
    return socketLink(openSocket, options.url, { ...events, frame });
  };
}

function parse(text: string): ServerFrame | null {
  try {
    return JSON.parse(text) as ServerFrame;
  } catch {
    return null;
  }
}

function socketLink(openSocket: (url: string) => Socket, url: string, events: LinkEvents): Link {
  let socket: Socket;
  try {
    socket = openSocket(`${url.replace(/^http/, 'ws')}/live`);
  } catch {
    // A policy of the page may refuse the address at once.
    queueMicrotask(() => events.closed());
    return { send() {}, close() {} };
  }
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }: { data: unknown }) => {
    const frame = typeof data === 'string' ? parse(data) : null;
    if (frame) events.frame(frame);
  };
  socket.onclose = ({ code }: { code?: number }) => events.closed(code);
  socket.onerror = () => {};
  return { send: (frame) => socket.send(JSON.stringify(frame)), close: () => socket.close() };
}

/** Hardly anybody needs the stream, so that its code comes when somebody does. */
function streamLater(options: ConnectionOptions, events: LinkEvents, auth: Auth | null): Link {
  let link: Link | undefined;
  let isClosed = false;
  const waiting: ClientFrame[] = [];
  import('./stream.ts').then(
    ({ streamLink }) => {
      if (isClosed) return;
      link = streamLink(options, events, auth, parse);
      waiting.forEach(link.send);
    },
    () => isClosed || events.closed(),
  );
  return {
    send: (frame) => (link ? link.send(frame) : waiting.push(frame)),
    close() {
      isClosed = true;
      link?.close();
    },
  };
}
