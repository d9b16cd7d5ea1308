// The conversations, the latest first, and the one that is answered.
import { useEffect, useState } from 'preact/hooks';
import type { Agent, Conversation } from './agent.ts';
import { Thread } from './thread.tsx';

const SHOWN = 20;

export function Conversations({ agent }: { agent: Agent }) {
  const { conversations, chosen, choose } = useConversations(agent);
  if (!conversations) return <p class="empty">Loading conversations…</p>;
  if (!conversations.length)
    return <p class="empty">Nobody has written yet. Open the chat in the corner and say something.</p>;
  return (
    <div class="desk">
      <ul class="list" aria-label="Conversations">
        {conversations.map(({ id, visitorId, lastMessageAt, status }) => (
          <li key={id}>
            <button type="button" aria-current={id === chosen} onClick={() => choose(id)}>
              <strong>Visitor {visitorId.slice(0, 6)}</strong>
              <span>{status === 'closed' ? 'closed' : new Date(lastMessageAt).toLocaleTimeString([], { timeStyle: 'short' })}</span>
            </button>
          </li>
        ))}
      </ul>
      {chosen && <Thread key={chosen} agent={agent} id={chosen} />}
    </div>
  );
}

function useConversations(agent: Agent) {
  const [conversations, setConversations] = useState<Conversation[] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    let known: Set<string> | null = null;
    const read = async () => {
      const { items } = await agent.api('get', '/api/v1/conversations', { query: { limit: SHOWN } }, abort.signal);
      // Whoever begins a conversation while one looks is whom one waits for.
      const begun = known && items.find(({ id }) => !known?.has(id));
      known = new Set(items.map(({ id }) => id));
      setConversations(items);
      setChosen((chosen) => begun?.id ?? chosen ?? items[0]?.id ?? null);
    };
    const again = () => void read().catch(() => {});
    // The list is read anew at the start, after a break, and when something happens in a conversation.
    const inbox = agent.live.subscribe('inbox');
    const told = agent.live.onTold((told) => {
      if (told.output === 'inbox' ? told.event.kind === 'message' || told.event.kind === 'status' : told.output === 'reload') again();
    });
    again();
    return () => {
      abort.abort();
      inbox.close();
      told();
    };
  }, [agent]);
  return { conversations, chosen, choose: setChosen };
}
