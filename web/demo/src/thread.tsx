// One conversation, as an agent sees it: what was said, what the visitor types, and a line to answer.
import type { Item, Message, View } from '@parlour/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Agent } from './agent.ts';

export function Thread({ agent, id }: { agent: Agent; id: string }) {
  const channel = `c:${id}`;
  const view = useView(agent, channel);
  const end = useRef<HTMLLIElement>(null);
  const last = view?.items.at(-1)?.seq ?? 0;
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
    if (last) agent.live.seen(channel, last);
  }, [last, view?.pending.length, view?.typing.length]);
  if (!view || view.isLoading) return <p class="empty">Loading…</p>;
  return (
    <div class="thread">
      <ol aria-label="Messages" tabIndex={0}>
        {view.items.map((item) => (
          <Line key={item.seq} item={item} />
        ))}
        {view.acked.map(({ cid, data }) => (
          <li key={cid} class="line own">
            {data.text}
          </li>
        ))}
        {view.pending.map(({ cid, data, failed }) => (
          <li key={cid} class="line own pending">
            {data.text} <small>{failed ? 'not sent' : 'sending…'}</small>
          </li>
        ))}
        {view.typing.map(({ who, preview }) => (
          <li key={who} class="line typing">
            {preview ? `${preview}…` : 'is typing…'}
          </li>
        ))}
        <li ref={end} class="end" aria-hidden="true" />
      </ol>
      <p class="marks">
        {view.seenBy.visitor >= last && last > 0 ? 'Seen by the visitor' : ' '}
        <button type="button" onClick={() => void agent.api('post', '/api/v1/conversations/{id}/close', { path: { id } })}>
          Close the chat
        </button>
      </p>
      <Composer agent={agent} channel={channel} />
    </div>
  );
}

function useView(agent: Agent, channel: string): View | null {
  const [view, setView] = useState<View | null>(null);
  useEffect(() => {
    const subscription = agent.live.subscribe(channel, setView);
    setView(subscription.view);
    return () => subscription.close();
  }, [agent, channel]);
  return view;
}

/** An event of the conversation: a message in its latest form, or a word on what happened. */
function Line({ item }: { item: Item }) {
  if (item.kind === 'rating') return <li class="event">The visitor rated the chat: {(item.data as { score: number }).score} of 5</li>;
  if (item.kind === 'status') return <li class="event">{(item.data as { status: string }).status === 'closed' ? 'Closed' : 'Opened again'}</li>;
  if (item.kind !== 'message') return null;
  const message = item.data as Message;
  const files = [message.file, ...(message.attachments ?? [])].filter((file) => file != null);
  return (
    <li class={item.by === 'agent' ? 'line own' : 'line'} dir="auto">
      {files.length ? null : message.text}
      {files.map((file) => (
        <a key={file.link} href={file.link} target="_blank" rel="noreferrer">
          {file.name}
        </a>
      ))}
    </li>
  );
}

function Composer({ agent, channel }: { agent: Agent; channel: string }) {
  const [text, setText] = useState('');
  const write = (text: string) => {
    setText(text);
    agent.live.typing(channel, text !== '');
  };
  const send = () => {
    if (!text.trim()) return;
    agent.live.send(channel, { text: text.trim() });
    write('');
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <input value={text} onInput={(event) => write(event.currentTarget.value)} placeholder="Answer…" aria-label="Answer" maxLength={5000} />
      <button type="submit">Send</button>
    </form>
  );
}
