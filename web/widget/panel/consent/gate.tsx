// Asks before anything is stored.
import shield from 'lucide-static/icons/shield-check.svg';
import { Icon } from '@parlour/ui/icon.tsx';
import type { Panel } from '../panel.ts';
import { wholeOf } from '../texts/en.ts';
import { usePanel } from '../use-panel.ts';

export function ConsentGate({ panel }: { panel: Panel }) {
  const { consent } = usePanel(panel, wholeOf);
  return (
    <div class="consent">
      <section class="consent-card card">
        <Icon svg={shield} />
        <p id="consent-text">{consent.text}</p>
        <button type="button" class="button button-wide" aria-describedby="consent-text" onClick={() => panel.agree()}>
          {consent.agree}
        </button>
      </section>
    </div>
  );
}
