// Who types; a screen reader is told once, elsewhere.
import type { Typing as Typist } from '@parlour/client';
import type { Panel } from '../panel.ts';
import { fill } from '../texts/resolve.ts';

export function Typing({ panel, typing }: { panel: Panel; typing: readonly Typist[] }) {
  const { texts, config } = panel.store.state;
  return (
    <p class="typing" aria-hidden="true">
      <span class="typing-dots">
        <i />
        <i />
        <i />
      </span>
      <span>{typing.length > 1 ? texts.areTyping : fill(texts.typing, { name: typing[0]?.name || config.organizationName })}</span>
    </p>
  );
}
