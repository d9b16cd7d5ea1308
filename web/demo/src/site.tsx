// The page's side: the snippet, buttons for the calls, and what the widget told the page.
import { useEffect, useState } from 'preact/hooks';
import { GROUPS, make, written } from './calls.ts';
import { Copy } from './copy.tsx';

const LINES_MAX = 8;

export function Site({ widgetId }: { widgetId: string }) {
  const [lines, setLines] = useState<string[]>([]);
  const add = (line: string) => setLines((lines) => [...lines, line].slice(-LINES_MAX));
  useEffect(() => {
    const told = (event: Event) => add(`→ ${(event as CustomEvent<string>).detail}`);
    addEventListener('demo', told);
    return () => removeEventListener('demo', told);
  }, []);
  return (
    <section class="side" aria-labelledby="site">
      <h2 id="site">A website</h2>
      <p>
        You are its visitor. The button in the corner opens the chat; what you write arrives on the answering side at once. These
        buttons call what your own pages can call.
      </p>
      {GROUPS.map(({ title, calls }) => (
        <fieldset key={title} class="calls">
          <legend>{title}</legend>
          {calls.map(({ label, call }) => (
            <button
              key={label}
              type="button"
              title={written(call)}
              onClick={() => {
                add(written(call));
                make(call);
              }}
            >
              {label}
            </button>
          ))}
        </fieldset>
      ))}
      <pre class="lines" aria-label="What was called, and what came back" tabIndex={0}>
        {lines.length ? lines.join('\n') : 'What you call, and what the widget tells the page, shows here.'}
      </pre>
      <h3>The snippet</h3>
      <Copy text={snippet(widgetId)} />
    </section>
  );
}

function snippet(widgetId: string): string {
  return `<script>
  window.ParlourID = '${widgetId}';
  window.Parlour = window.Parlour || function () {
    (window.Parlour.q = window.Parlour.q || []).push(arguments);
  };
</script>
<script async src="${location.origin}/widget.js"></script>`;
}
