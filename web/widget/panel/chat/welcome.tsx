// What a chat begins with: a greeting or, while nobody is there, what to expect.
import type { Panel } from '../panel.ts';
import { usePanel } from '../use-panel.ts';

export function Welcome({ panel }: { panel: Panel }) {
  const { welcome, offlineNote } = usePanel(panel, (state) => state.texts).customStrings;
  const isAvailable = usePanel(panel, (state) => state.isAnyAvailable);
  return (
    <p class={isAvailable ? 'welcome' : 'welcome welcome-away'} dir="auto">
      {isAvailable ? welcome : offlineNote}
    </p>
  );
}
