// A server of conversations in memory, behind sockets that are no network.
import type { Socket } from '../src/connection.ts';
import type { ClientFrame, EvFrame, ServerFrame } from '../src/protocol.ts';

interface Open {
  socket: Socket;
  follows: Set<string>;
  token: string | null;
}

export class FakeServer {
  readonly logs = new Map<string, EvFrame[]>();
  readonly tokens = new Set(['vt_1']);
  readonly heard: ClientFrame[] = [];
  readonly open = new Set<Open>();
  /** Does not answer `send` while it is away. */
  isMute = false;
  opened = 0;

  openSocket = (url: string): Socket => {
    if (!url.startsWith('ws://server/live')) throw new Error(`no server at ${url}`);
    const socket: Socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      send: (text) => queueMicrotask(() => this.#hear(open, JSON.parse(text) as ClientFrame)),
      close: () => this.#close(open, 1000),
    };
    const open: Open = { socket, follows: new Set(), token: null };
    queueMicrotask(() => {
      this.opened += 1;
      this.open.add(open);
      socket.onopen?.({} as never);
      this.#say(open, { t: 'hello', v: 1, epoch: 'e1', serverTime: 0, heartbeatMs: 25_000, maxFrame: 65_536 });
    });
    return socket;
  };

  /** Ends every connection. */
  break(code: number): void {
    for (const open of [...this.open]) this.#close(open, code);
  }

  write(ch: string, text: string, cid?: string): number {
    const log = this.#log(ch);
    const seq = log.length + 1;
    const event: EvFrame = { t: 'ev', ch, seq, kind: 'message', id: `m${seq}`, data: { id: `m${seq}`, text } };
    if (cid) event.cid = cid;
    log.push(event);
    for (const open of this.open) if (open.follows.has(ch)) this.#say(open, event);
    return seq;
  }

  follows(): string[] {
    return [...this.open].flatMap(({ follows }) => [...follows]).sort();
  }

  #log(ch: string): EvFrame[] {
    const log = this.logs.get(ch) ?? [];
    this.logs.set(ch, log);
    return log;
  }

  #close(open: Open, code: number): void {
    if (this.open.delete(open)) queueMicrotask(() => open.socket.onclose?.({ code } as never));
  }

  #say(open: Open, frame: ServerFrame): void {
    queueMicrotask(() => this.open.has(open) && open.socket.onmessage?.({ data: JSON.stringify(frame) } as never));
  }

  #hear(open: Open, frame: ClientFrame): void {
    if (!this.open.has(open)) return;
    this.heard.push(frame);
    if (frame.t === 'auth') {
      if (!this.tokens.has(frame.token)) return this.#close(open, 4001);
      open.token = frame.token;
      return this.#say(open, { t: 'authok', role: 'visitor', visitorId: 'v1' });
    }
    if (frame.t === 'unsub') open.follows.delete(frame.ch);
    if (frame.t === 'sub' || frame.t === 'more') {
      open.follows.add(frame.ch);
      const log = this.#log(frame.ch);
      const after = frame.cursor ? Number(frame.cursor.split(':')[1]) : 0;
      const recovered = frame.cursor !== undefined;
      this.#say(open, { t: 'subok', ch: frame.ch, epoch: 'e1', head: log.length, recovered, events: log.slice(after), more: false });
    }
    if (frame.t === 'send' && !this.isMute) {
      const { cid, ch } = frame;
      const known = this.#log(ch).find((event) => event.cid === cid)?.seq;
      const seq = known ?? this.write(ch, frame.data.text ?? '', cid);
      this.#say(open, { t: 'ack', cid, ch, id: `m${seq}`, seq, at: 0, dup: known !== undefined });
    }
  }
}

/** The browser's locks, as far as `tabs.ts` asks for them. */
export class FakeLocks {
  readonly #queues = new Map<string, (() => void)[]>();

  request(name: string, { signal }: { signal: AbortSignal }, run: () => Promise<void> | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      let isHeld = false;
      const next = () => {
        queue.splice(queue.indexOf(turn), 1);
        queue[0]?.();
      };
      const turn = () => {
        isHeld = true;
        void Promise.resolve(run()).then(() => {
          next();
          resolve();
        });
      };
      signal.addEventListener('abort', () => {
        if (isHeld) return;
        next();
        reject(signal.reason as Error);
      });
      queue.push(turn);
      if (queue.length === 1) queueMicrotask(turn);
    });
  }
}

