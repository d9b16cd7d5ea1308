// The demo: a page with the widget on it and buttons for what pages can call, and beside it the side that answers.
import { render } from 'preact';
import { Answering } from './answering.tsx';
import './demo.css';
import { Site } from './site.tsx';

const root = document.getElementById('demo')!;
const widgetId = root.dataset.widgetId ?? '';

function Demo() {
  return (
    <>
      <header class="top">
        <h1>Parlour</h1>
        <nav aria-label="Documentation">
          <a href="/docs/widget">Put it on your site</a>
          <a href="/docs">API reference</a>
          <a href={`/chat/${widgetId}`}>The chat as a page</a>
        </nav>
      </header>
      <main class="sides">
        <Answering widgetId={widgetId} />
        <Site widgetId={widgetId} />
      </main>
    </>
  );
}

render(widgetId ? <Demo /> : <NoWidget />, root);

function NoWidget() {
  return (
    <main class="notice">
      <h1>Which widget?</h1>
      <p>
        This server has no organization yet, or several. Add the widget’s id to the address: <code>/demo?widget=WIDGET_ID</code>.
      </p>
    </main>
  );
}
