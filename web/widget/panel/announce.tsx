// Where screen readers hear what came in; nothing of it is seen.
import type { Panel } from './panel.ts';
import { usePanel } from './use-panel.ts';

export function Announce({ panel }: { panel: Panel }) {
  const announcement = usePanel(panel, (state) => state.announcement);
  return (
    <div class="visually-hidden" aria-live="polite">
      {announcement}
    </div>
  );
}
