// The panel from its header to its composer, as a dialog in somebody's page or as a page of its own.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Announce } from './announce.tsx';
import { Composer } from './chat/composer.tsx';
import { Header } from './chat/header.tsx';
import { ChatThread } from './chat/thread.tsx';
import { Welcome } from './chat/welcome.tsx';
import { later } from './lazy.tsx';
import type { Panel } from './panel.ts';
import { Problem } from './problem.tsx';
import { fill } from './texts/resolve.ts';
import { usePanel } from './use-panel.ts';

const ConsentGate = later((module) => module.ConsentGate);
const DropZone = later((module) => module.DropZone);
const Keys = later((module) => module.Keys);
/** What nobody has seen yet must not slow down what is seen. */
const IDLE_MS = 2_000;

export function Frame({ panel }: { panel: Panel }) {
  const frame = useRef<HTMLDivElement>(null);
  const { isEmbedded } = panel.host;
  const gate = usePanel(panel, (state) => state.gate);
  const setup = usePanel(panel, (state) => state.setup);
  const title = fill(usePanel(panel, (state) => state.texts).title, { name: panel.store.state.config.organizationName });
  const isModal = isEmbedded && setup.isMobile && !setup.isFrameMode;
  const isIdle = useIdle();
  useEscape(panel);
  useTitle(panel, title);
  const role = isEmbedded ? ({ role: 'dialog', 'aria-modal': isModal } as const) : ({ role: 'main' } as const);
  return (
    <div ref={frame} class={isEmbedded ? 'frame' : 'frame frame-page'} aria-label={title} {...role}>
      <Header panel={panel} />
      <Content panel={panel} gate={gate} isIdle={isIdle} />
      <Announce panel={panel} />
      {isIdle && <Keys frame={frame} isModal={isModal} />}
    </div>
  );
}

function Content({ panel, gate, isIdle }: { panel: Panel; gate: string; isIdle: boolean }) {
  const { texts, refusal } = panel.store.state;
  const visitorId = usePanel(panel, (state) => state.setup.visitorId);
  if (gate === 'refused') {
    return (
      <div class="refusal">
        <p role="alert">{refusal === 'permission_denied' ? texts.error.denied : texts.status.failed}</p>
      </div>
    );
  }
  if (gate === 'consent') {
    return (
      <div class="thread-frame">
        <div class="thread">
          <div class="thread-space" />
          <Welcome panel={panel} />
          <ConsentGate panel={panel} />
        </div>
      </div>
    );
  }
  return (
    <>
      <ChatThread key={visitorId} panel={panel} />
      <Problem panel={panel} />
      <Composer key={visitorId} panel={panel} />
      {isIdle && <DropZone panel={panel} />}
    </>
  );
}

/** The hosted page has a tab of its own, which shows what is unread; in a site's page that is the loader's. */
function useTitle(panel: Panel, title: string): void {
  const unread = usePanel(panel, (state) => state.unread);
  useEffect(() => {
    document.title = unread ? `(${unread}) ${title}` : title;
  }, [unread, title]);
}

function useEscape(panel: Panel): void {
  useEffect(() => {
    const onKey = ({ key, defaultPrevented, isComposing }: KeyboardEvent) => {
      if (key !== 'Escape' || defaultPrevented || isComposing || panel.store.state.setup.isFrameMode) return;
      panel.host.post('close', { returnFocus: true });
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

/** Whether there is time for what nobody has asked for. */
function useIdle(): boolean {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    const begin = () => setIdle(true);
    const timer = setTimeout(begin, IDLE_MS);
    // Somebody brings a file already, or goes by the keyboard.
    addEventListener('dragenter', begin);
    addEventListener('keydown', begin);
    return () => clearTimeout(timer);
  }, []);
  return isIdle;
}
