// Leads to the latest message, and says how many have come that were not seen.
import { Icon } from '@parlour/ui/icon.tsx';
import arrowDown from 'lucide-static/icons/arrow-down.svg';
import type { Panel } from '../panel.ts';
import { usePanel } from '../use-panel.ts';

export function Jump({ panel, onJump }: { panel: Panel; onJump: () => void }) {
  const unread = usePanel(panel, (state) => state.unread);
  const { texts } = panel.store.state;
  return (
    <button type="button" class="jump" title={texts.jumpToLatest} onClick={onJump}>
      {unread > 0 && <span class="jump-count">{unread}</span>}
      <span class="visually-hidden">{texts.jumpToLatest}</span>
      <Icon svg={arrowDown} />
    </button>
  );
}
