// The side that answers, without a screen: a key, the agent in whose name it writes, and the live connection.
import { apiOf, Live, type Api, type Answer } from '@parlour/client';

/** Kept for this tab only: a key speaks for the whole organization. */
const KEY = 'parlour-demo-key';

export type Conversation = Answer<'get', '/api/v1/conversations'>['items'][number];

export interface Agent {
  api: Api;
  live: Live;
  id: string;
  name: string;
}

/** The key of the address (`/demo#key=…`, which is not sent to the server), or of this tab. */
export function knownKey(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('key');
  if (given) {
    remember(given);
    history.replaceState(null, '', location.pathname + location.search);
    return given;
  }
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(key: string | null): void {
  try {
    if (key) sessionStorage.setItem(KEY, key);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Without storage the key has to be given again after a reload.
  }
}

export function forget(agent: Agent): void {
  agent.live.close();
  remember(null);
}

/** Connects as the first agent of the key's organization, who is online by that. */
export async function connect(key: string, widgetId: string): Promise<Agent> {
  const api = apiOf({ url: location.origin, headers: { 'api-key': key } });
  const me = await api('get', '/api/v1/me', {});
  if (me.widgetId !== widgetId) throw new Error('This key belongs to another organization than the widget.');
  const agents = await api('get', '/api/v1/agents', { query: { limit: 20 } });
  const agent = agents.items.find(({ isDummy }) => !isDummy) ?? agents.items[0];
  if (!agent) throw new Error('The organization has no agents.');
  const live = new Live({ url: location.origin, name: `demo-${agent.id}`, auth: { token: key, agentId: agent.id } });
  live.connect();
  remember(key);
  return { api, live, id: agent.id, name: agent.name };
}
