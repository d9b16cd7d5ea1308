// The answering side: a key once, then the conversations and one of them.
import { useEffect, useState } from 'preact/hooks';
import { connect, forget, knownKey, type Agent } from './agent.ts';
import { Conversations } from './conversations.tsx';

export function Answering({ widgetId }: { widgetId: string }) {
  const [agent, setAgent] = useState<Agent | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const start = (key: string) => {
    setProblem(null);
    connect(key, widgetId).then(setAgent, (error: Error) => setProblem(error.message));
  };
  useEffect(() => {
    const key = knownKey();
    if (key) start(key);
  }, []);
  const leave = () => {
    if (agent) forget(agent);
    setAgent(null);
  };
  return (
    <section class="side answering" aria-labelledby="answering">
      <h2 id="answering">
        The answering side
        {agent && (
          <span class="who">
            {agent.name}, online
            <button type="button" onClick={leave}>
              Leave
            </button>
          </span>
        )}
      </h2>
      {agent ? <Conversations agent={agent} /> : <KeyForm problem={problem} onKey={start} />}
    </section>
  );
}

function KeyForm({ problem, onKey }: { problem: string | null; onKey: (key: string) => void }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onKey(String(new FormData(event.target as HTMLFormElement).get('key')).trim());
  };
  return (
    <form class="key" onSubmit={submit}>
      <p>
        Answer as an agent of this organization. <code>make run</code> prints a link with the key of its demo; another key comes
        from <code>parlour key create</code>. It stays in this tab.
      </p>
      <label>
        API key
        <input name="key" type="password" required autocomplete="off" placeholder="xkeysib-…" aria-describedby="key-problem" />
      </label>
      <p id="key-problem" class="problem" role="alert">
        {problem}
      </p>
      <button type="submit">Connect</button>
    </form>
  );
}
