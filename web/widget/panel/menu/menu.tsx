// What the header's "more" button opens: sound, notifications, the chat by e-mail.
import bell from 'lucide-static/icons/bell.svg';
import mail from 'lucide-static/icons/mail.svg';
import loud from 'lucide-static/icons/volume-2.svg';
import mute from 'lucide-static/icons/volume-x.svg';
import { Icon } from '@parlour/ui/icon.tsx';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useDismiss } from '../dismiss.ts';
import type { Panel } from '../panel.ts';
import { wholeOf } from '../texts/en.ts';
import { usePanel } from '../use-panel.ts';
import { Transcript } from './transcript.tsx';

interface MenuProps {
  panel: Panel;
  /** The header has the button, and gets the focus back. */
  onClose: () => void;
}

export default function Menu({ panel, onClose }: MenuProps) {
  const popup = useRef<HTMLDivElement>(null);
  const [asksAddress, setAsksAddress] = useState(false);
  useDismiss(popup, onClose);
  return (
    <div class="menu card" ref={popup}>
      {asksAddress ? <Transcript panel={panel} onClose={onClose} /> : <Entries panel={panel} onClose={onClose} onTranscript={() => setAsksAddress(true)} />}
    </div>
  );
}

interface Entry {
  text: string;
  icon: string;
  act: () => void;
}

function Entries({ panel, onClose, onTranscript }: MenuProps & { onTranscript: () => void }) {
  const list = useRef<HTMLDivElement>(null);
  const texts = usePanel(panel, wholeOf);
  const isSoundOn = usePanel(panel, (state) => state.isSoundOn);
  const hasTranscript = usePanel(panel, (state) => state.config.hasTranscripts && state.view.items.length > 0);
  useLayoutEffect(() => list.current?.querySelector('button')?.focus(), []);
  const closing = (act: () => void) => () => {
    act();
    onClose();
  };
  const entries: Entry[] = [
    { text: isSoundOn ? texts.soundOff : texts.soundOn, icon: isSoundOn ? mute : loud, act: closing(() => panel.store.set({ isSoundOn: !isSoundOn })) },
  ];
  if (panel.host.isEmbedded) entries.push({ text: texts.notifyMe, icon: bell, act: closing(() => panel.host.post('askNotifications', {})) });
  if (hasTranscript) entries.push({ text: texts.transcript.ask, icon: mail, act: onTranscript });

  const move = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const { length } = buttons;
    const to = { ArrowDown: (at + 1) % length, ArrowUp: (at - 1 + length) % length, Home: 0, End: length - 1 }[event.key];
    if (event.key === 'Tab') onClose();
    if (to === undefined) return;
    event.preventDefault();
    buttons[to]?.focus();
  };
  return (
    <div role="menu" class="menu-list" ref={list} aria-label={texts.menu} onKeyDown={move}>
      {entries.map(({ text, icon, act }) => (
        <button type="button" role="menuitem" class="menu-item" tabIndex={-1} key={icon} onClick={act}>
          <Icon svg={icon} />
          {text}
        </button>
      ))}
    </div>
  );
}
