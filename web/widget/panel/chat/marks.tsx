// What became of an own message; one that was not sent can be sent again, or dropped.
import { Icon } from '@parlour/ui/icon.tsx';
import checkCheck from 'lucide-static/icons/check-check.svg';
import check from 'lucide-static/icons/check.svg';
import type { Panel } from '../panel.ts';
import type { Shown } from './rows.ts';

export function Marks({ panel, message: { key, state }, isSeen }: { panel: Panel; message: Shown; isSeen: boolean }) {
  const { texts, gate } = panel.store.state;
  switch (state) {
    case 'sending':
      return <span class="marks">{texts.sending}</span>;
    case 'sent':
      return (
        <span class={isSeen ? 'marks marks-seen' : 'marks'}>
          <Icon svg={isSeen ? checkCheck : check} />
          {isSeen ? texts.seen : texts.sent}
        </span>
      );
    case 'held':
      return gate === 'open' ? <span class="marks marks-warning">{texts.unsent}</span> : <span class="marks">{texts.sending}</span>;
    case 'failed':
      return (
        <span class="marks marks-warning">
          <span role="alert">{texts.failedToSend}</span>
          <button type="button" class="marks-button" onClick={() => panel.retry(key)}>
            {texts.status.retry}
          </button>
          <button type="button" class="marks-button" onClick={() => panel.discard(key)}>
            {texts.remove}
          </button>
        </span>
      );
  }
}
