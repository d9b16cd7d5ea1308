// The connection where no WebSocket gets through: an event stream for what the server says, POST for what is said to it.
import type { ConnectionOptions, Link, LinkEvents } from './connection.ts';
import type { Auth, ClientFrame, ServerFrame } from './protocol.ts';

/** HTTP's answers as closes; every other failure is the network's. */
const CLOSES: Record<number, number> = { 401: 4001, 403: 4003, 429: 4008 };

type Parse = (text: string) => ServerFrame | null;

/**
 * Who is there is shown by headers and not by `auth`: browsers name no origin when a page reads from its own, and so the
 * server would not know the page for one.
 */
export function streamLink(options: ConnectionOptions, events: LinkEvents, auth: Auth | null, parse: Parse): Link {
  const proof: Record<string, string> = auth ? { authorization: `Bearer ${auth.token}` } : {};
  if (auth?.agentId) proof['parlour-agent'] = auth.agentId;
  const abort = new AbortController();
  const request = (path: string, init: RequestInit) =>
    fetch(`${options.url}/live/${path}`, {
      ...init,
      headers: { ...options.headers, ...proof, ...init.headers },
      cache: 'no-store',
      credentials: 'omit',
      signal: abort.signal,
    });
  const fail = (status?: number) => {
    if (abort.signal.aborted) return;
    events.closed(status && CLOSES[status]);
    abort.abort();
  };

  let session: string | undefined;
  let waiting: ClientFrame[] = [];
  let isPosting = false;
  /** Frames go in their order, those that came up meanwhile together. */
  const post = async () => {
    if (isPosting || !session) return;
    isPosting = true;
    while (waiting.length) {
      const frames = waiting;
      waiting = [];
      try {
        const body = JSON.stringify({ session, frames });
        const answer = await request('send', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
        if (!answer.ok) fail(answer.status);
      } catch {
        fail();
      }
    }
    isPosting = false;
  };

  const read = async () => {
    try {
      const answer = await request('events', { headers: { accept: 'text/event-stream' } });
      if (!answer.ok || !answer.body) return fail(answer.status);
      events.opened();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return fail();
        const lines = (rest + value).split(/\r?\n/);
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const frame = line.startsWith('data:') ? parse(line.slice(5)) : null;
          if (!frame) continue;
          if (frame.t === 'hello') session = frame.session;
          events.frame(frame);
          void post();
        }
      }
    } catch {
      fail();
    }
  };
  void read();
  return {
    send(frame) {
      if (frame.t !== 'auth') waiting.push(frame);
      void post();
    },
    close: () => abort.abort(),
  };
}
