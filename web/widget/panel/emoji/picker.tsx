// A small grid of emoji over the composer. Names are English in every language, as there are no others in the source.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useDismiss } from '../dismiss.ts';
import type { Panel } from '../panel.ts';
import { wholeOf } from '../texts/en.ts';
import { find, used, type Emoji } from './find.ts';
import { neighbour } from './neighbour.ts';

interface PickerProps {
  panel: Panel;
  onPick: (text: string) => void;
  onClose: () => void;
}

let groups: readonly (readonly Emoji[])[] = [];
let all: readonly Emoji[] = [];

/** The emoji are a file of their own, as large as half of the rest. */
export async function loadPicker() {
  groups = (await import('./chosen.txt')).default;
  all = groups.flat();
  return Picker;
}

const RECENT_MAX = 16;
/** What the groups are called in the texts: what was used, then those of chosen.txt. */
const NAMES = ['recent', 'smileys', 'people', 'hearts', 'animals', 'food', 'activities', 'travel', 'objects', 'symbols'] as const;

function Picker({ panel, onPick, onClose }: PickerProps) {
  const popup = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState('');
  const [recent] = useState(() => recentOf(panel));
  const texts = wholeOf(panel.store.state);
  const leave = () => {
    panel.focusComposer();
    onClose();
  };
  useDismiss(popup, onClose, leave);
  useEffect(() => {
    // On a touch screen the field would bring up the keyboard, and cover what is to be chosen from.
    const hasKeyboard = matchMedia('(pointer: fine)').matches;
    popup.current?.querySelector<HTMLElement>(hasKeyboard ? 'input' : '.emoji-one')?.focus();
  }, []);

  const found = find(all, asked);
  const shown: readonly (readonly Emoji[])[] = asked.trim() ? [found] : [recent, ...groups];
  /** With Shift one goes on choosing. */
  const pick = (picture: string, goesOn: boolean) => {
    const names = recentOf(panel).map(([one]) => one);
    panel.keep('emoji', used(names, picture, RECENT_MAX));
    onPick(picture);
    if (!goesOn) leave();
  };
  const onKey = (event: KeyboardEvent) => {
    const buttons = [...(popup.current?.querySelectorAll<HTMLElement>('.emoji-one') ?? [])];
    const isSearching = event.target instanceof HTMLInputElement;
    if (isSearching && event.key === 'Enter') {
      // It would send what stands in the composer.
      event.preventDefault();
      if (found[0]) pick(found[0][0], event.shiftKey);
      return;
    }
    const next = isSearching ? (event.key === 'ArrowDown' ? buttons[0] : undefined) : neighbour(buttons, event.target as HTMLElement, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <div class="emoji card" ref={popup} role="dialog" aria-label={texts.chat.insertEmoji} onKeyDown={onKey}>
      <input
        class="field-input emoji-search"
        type="search"
        enterkeyhint="done"
        autoComplete="off"
        aria-label={texts.emoji.search}
        placeholder={texts.emoji.search}
        onInput={({ currentTarget }) => setAsked(currentTarget.value)}
      />
      <div class="emoji-groups">
        {shown.map((group, index) => {
          const name = shown.length > 1 && NAMES[index];
          const isFirst = group === shown.find(({ length }) => length);
          return group.length > 0 && <Group key={index} name={name ? texts.emoji[name] : ''} group={group} isFirst={isFirst} onPick={pick} />;
        })}
      </div>
      <p class="emoji-none" role="status">
        {asked.trim() && !found.length && texts.emoji.none}
      </p>
    </div>
  );
}

interface GroupProps {
  /** None where it was searched for. */
  name: string;
  group: readonly Emoji[];
  /** Its first one is where the tabulator leads. */
  isFirst: boolean;
  onPick: (picture: string, goesOn: boolean) => void;
}

function Group({ name, group, isFirst, onPick }: GroupProps) {
  return (
    <div class="emoji-group" role="group" aria-label={name || undefined}>
      {name && (
        <p class="emoji-title" aria-hidden="true">
          {name}
        </p>
      )}
      {group.map(([picture, name], index) => (
        <button
          type="button"
          class="emoji-one"
          key={picture}
          aria-label={name}
          title={name}
          lang="en"
          tabIndex={isFirst && !index ? 0 : -1}
          onClick={(event) => onPick(picture, event.shiftKey)}
        >
          {picture}
        </button>
      ))}
    </div>
  );
}

function recentOf(panel: Panel): Emoji[] {
  const kept = panel.recall('emoji');
  const pictures: unknown[] = Array.isArray(kept) ? kept : [];
  return pictures.flatMap((picture) => all.filter(([one]) => one === picture)).slice(0, RECENT_MAX);
}
