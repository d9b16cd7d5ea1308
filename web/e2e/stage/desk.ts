// The answering side, until there is an inbox: an agent over REST, and over a live connection for what passes.
import { alone, type Api, apiOf, type components, Live, type View } from '@parlour/client';
import { memoryOutbox } from '../../client/src/outbox/memory.ts';
import { WebSocket } from 'ws';
import type { Socket } from '../../client/src/connection.ts';
import type { ServerProcess } from '../../client/test/process.ts';
import { until } from './until.ts';

export type PlacedMessage = components['schemas']['PlacedMessage'];

const PAGE = 100;

export class Desk {
  readonly api: Api;
  readonly #server: ServerProcess;
  #live: Live | null = null;

  constructor(server: ServerProcess) {
    this.#server = server;
    this.api = apiOf({ url: server.url, headers: { 'api-key': server.apiKey } });
  }

  /** The agent is there, and takes chats. */
  async come(): Promise<void> {
    await this.#choose('online');
    const headers = { 'api-key': this.#server.apiKey, 'parlour-agent': this.#server.agentId };
    this.#live ??= new Live({
      url: this.#server.url,
      name: 'desk',
      outbox: Promise.resolve(memoryOutbox()),
      openTabs: (_, events) => alone(events),
      headers,
      openSocket: (url) => new WebSocket(url, { headers }) as Socket,
    });
    this.#live.connect();
    await until(async () => {
      const { isAvailable } = await this.api('get', '/api/v1/agents/{id}', { path: { id: this.#server.agentId } });
      if (!isAvailable) throw new Error('the agent is not available yet');
    });
  }

  /** The agent takes no chats any more. */
  leave(): Promise<void> {
    return this.#choose('offline');
  }

  async #choose(status: 'online' | 'offline'): Promise<void> {
    await this.api('put', '/api/v1/agents/{id}', { path: { id: this.#server.agentId }, body: { status } });
  }

  /** The conversation in which this was written. */
  conversationOf(text: string): Promise<string> {
    return until(async () => {
      const { items } = await this.api('get', '/api/v1/conversations', { query: { limit: 20 } });
      for (const { id } of items) {
        const messages = await this.messages(id);
        if (messages.some((message) => message.text === text)) return id;
      }
      throw new Error(`nobody has written: ${text}`);
    });
  }

  /** What was written, as the server keeps it, the oldest first. */
  async messages(id: string): Promise<PlacedMessage[]> {
    let found: PlacedMessage[] = [];
    let cursor: string | null | undefined;
    do {
      const query = cursor ? { limit: PAGE, cursor } : { limit: PAGE };
      const page = await this.api('get', '/api/v1/conversations/{id}/messages', { path: { id }, query });
      found = [...page.items, ...found];
      cursor = page.nextCursor;
    } while (cursor);
    return found;
  }

  send(id: string, text: string): Promise<PlacedMessage> {
    return this.api('post', '/api/v1/conversations/{id}/messages', { path: { id }, body: { text, agentId: this.#server.agentId } });
  }

  /** Over the live connection, which sends it once more when the server was away. */
  write(id: string, text: string): void {
    this.#connection().send(`c:${id}`, { text });
  }

  async note(id: string, text: string): Promise<void> {
    await this.api('post', '/api/v1/conversations/{id}/notes', { path: { id }, body: { text } });
  }

  async edit(messageId: string, text: string): Promise<void> {
    await this.api('put', '/v3/conversations/messages/{id}', { path: { id: messageId }, body: { text } });
  }

  async delete(messageId: string): Promise<void> {
    await this.api('delete', '/v3/conversations/messages/{id}', { path: { id: messageId } });
  }

  async close(id: string): Promise<void> {
    await this.api('post', '/api/v1/conversations/{id}/close', { path: { id } });
  }

  /** Changes the widget's settings; what is not given stays. */
  async settings(change: object): Promise<void> {
    await this.api('put', '/api/v1/widget', { body: change as never });
  }

  /** The conversation on the agent's screen, kept current. `come` first. */
  async read(id: string): Promise<{ readonly view: View }> {
    const followed = this.#connection().subscribe(`c:${id}`);
    await until(() => {
      if (!followed.view.items.length) throw new Error('the conversation has not come yet');
    });
    return followed;
  }

  typing(id: string, isTyping: boolean): void {
    this.#connection().typing(`c:${id}`, isTyping);
  }

  seen(id: string, seq: number): void {
    this.#connection().seen(`c:${id}`, seq);
  }

  #connection(): Live {
    if (!this.#live) throw new Error('the agent has not come');
    return this.#live;
  }

  end(): void {
    this.#live?.close();
  }
}
