// Whom the visitor talks to, whether somebody is there, and the way out.
import { Avatar } from '@parlour/ui/avatar.tsx';
import { Icon } from '@parlour/ui/icon.tsx';
import chevronDown from 'lucide-static/icons/chevron-down.svg';
import ellipsis from 'lucide-static/icons/ellipsis-vertical.svg';
import { useRef, useState } from 'preact/hooks';
import { later } from '../lazy.tsx';
import type { Panel } from '../panel.ts';
import { usePanel } from '../use-panel.ts';

const Menu = later((module) => module.Menu);

const FACES_MAX = 3;

export function Header({ panel }: { panel: Panel }) {
  const texts = usePanel(panel, (state) => state.texts);
  const isAvailable = usePanel(panel, (state) => state.isAnyAvailable);
  const isOpen = usePanel(panel, (state) => state.gate === 'open');
  const { agents, organizationName } = usePanel(panel, (state) => state.config);
  const isFrameMode = usePanel(panel, (state) => state.setup.isFrameMode);
  return (
    <div class="header">
      {isAvailable && agents.length > 0 && (
        <div class="faces">
          {agents.slice(0, FACES_MAX).map(({ name, userpic }) => (
            <Avatar key={name} name={name} picture={userpic} />
          ))}
        </div>
      )}
      <div class="header-text">
        <h1 class="header-name">
          <bdi>{organizationName}</bdi>
        </h1>
        <p class={isAvailable ? 'header-status header-online' : 'header-status'}>{isAvailable ? texts.online : texts.away}</p>
      </div>
      {isOpen && <More panel={panel} label={texts.menu} />}
      {panel.host.isEmbedded && !isFrameMode && (
        <button type="button" class="icon-button header-button" aria-label={texts.minimize} title={texts.minimize} onClick={() => panel.host.post('close', { returnFocus: true })}>
          <Icon svg={chevronDown} />
        </button>
      )}
    </div>
  );
}

function More({ panel, label }: { panel: Panel; label: string }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div class="header-more">
      <button
        ref={button}
        type="button"
        class="icon-button header-button"
        aria-label={label}
        title={label}
        aria-haspopup="true"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon svg={ellipsis} />
      </button>
      {isOpen && <Menu panel={panel} onClose={close} />}
    </div>
  );
}
