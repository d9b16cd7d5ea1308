// What nobody wrote: who came and went, that the chat was closed, that nobody is there.
import type { Panel } from '../panel.ts';
import { fill } from '../texts/resolve.ts';

export type SystemText = 'joinedFirst' | 'joined' | 'left' | 'agentsOffline' | 'closed';

export function SystemLine({ panel, text, name = '' }: { panel: Panel; text: SystemText; name?: string }) {
  const { messageTypes, closed } = panel.store.state.texts;
  return <p class="system-line">{fill(text === 'closed' ? closed : messageTypes[text], { name })}</p>;
}
