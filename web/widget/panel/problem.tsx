// The line above the composer: the way to the server is lost, or something went wrong.
import { Icon } from '@parlour/ui/icon.tsx';
import close from 'lucide-static/icons/x.svg';
import { useEffect, useState } from 'preact/hooks';
import type { Panel } from './panel.ts';
import { usePanel } from './use-panel.ts';

/** Shorter breaks are nobody's concern. */
const LOST_MS = 3_000;
const PROBLEM_MS = 8_000;

export function Problem({ panel }: { panel: Panel }) {
  const problem = usePanel(panel, (state) => state.problem);
  const texts = usePanel(panel, (state) => state.texts);
  const phase = usePanel(panel, (state) => state.status.phase);
  const gate = usePanel(panel, (state) => state.gate);
  const isLost = useLasting(phase !== 'live' && (gate === 'open' || gate === 'opening'), LOST_MS);
  useEffect(() => {
    if (!problem) return;
    const timer = setTimeout(() => panel.store.set({ problem: null }), PROBLEM_MS);
    return () => clearTimeout(timer);
  }, [problem]);

  if (problem) {
    return (
      <p class="problem problem-wrong">
        <span role="alert">{problem.text}</span>
        <button type="button" class="icon-button" aria-label={texts.close} onClick={() => panel.store.set({ problem: null })}>
          <Icon svg={close} />
        </button>
      </p>
    );
  }
  if (!isLost) return null;
  const { offline, connecting, waiting, failed, retry } = texts.status;
  const text = !navigator.onLine ? offline : phase === 'connecting' ? connecting : phase === 'ended' ? failed : waiting;
  return (
    <p class="problem">
      <span role="status">{text}</span>
      <button type="button" class="problem-button" onClick={() => panel.reconnect()}>
        {retry}
      </button>
    </p>
  );
}

/** Whether something is so, and has been for a while. */
function useLasting(isSo: boolean, ms: number): boolean {
  const [isLasting, setLasting] = useState(false);
  useEffect(() => {
    if (!isSo) return setLasting(false);
    const timer = setTimeout(() => setLasting(true), ms);
    return () => clearTimeout(timer);
  }, [isSo, ms]);
  return isLasting;
}
