// Where the visitor writes: grows with the text, takes files and emoji, and keeps what was not sent yet.
import { Icon } from '@parlour/ui/icon.tsx';
import paperclip from 'lucide-static/icons/paperclip.svg';
import send from 'lucide-static/icons/arrow-up.svg';
import smile from 'lucide-static/icons/smile.svg';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isUploading, readyFiles } from '../files/ready.ts';
import { flow } from '../form/flow.ts';
import { later, lazy } from '../lazy.tsx';
import type { Panel } from '../panel.ts';
import { fill } from '../texts/resolve.ts';
import { usePanel } from '../use-panel.ts';

const Tray = later((module) => module.Tray);
const Picker = lazy(async () => ({ default: await (await import('../later.ts')).loadPicker() }));

/** From here on it is told how much is left. */
const NEAR = 0.9;

export function Composer({ panel }: { panel: Panel }) {
  const state = usePanel(panel, (state) => state);
  const { texts, config } = state;
  const [text, write] = useDraft(panel);
  const [isPicking, setPicking] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const length = text.length < config.textLengthMax * NEAR ? 0 : [...text].length;
  const isTooLong = length > config.textLengthMax;
  const isReady = !isTooLong && !isUploading(state) && (text.trim() !== '' || readyFiles(state).length > 0);

  const submit = () => {
    if (!isReady) return;
    panel.send(text.trim(), readyFiles(panel.store.state));
    if (state.uploads.length) void import('../later.ts').then(({ clearUploads }) => clearUploads(panel));
    write('');
    field.current?.focus();
  };
  const insert = (emoji: string) => {
    const { selectionStart: from, selectionEnd: to } = field.current!;
    write(text.slice(0, from) + emoji + text.slice(to));
    queueMicrotask(() => field.current?.setSelectionRange(from + emoji.length, from + emoji.length));
  };
  useGrowing(field, text);

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {state.uploads.length > 0 && <Tray panel={panel} />}
      {isPicking && <Picker panel={panel} onPick={insert} onClose={() => setPicking(false)} />}
      <textarea
        ref={field}
        class="composer-text"
        rows={1}
        dir={text ? 'auto' : undefined}
        value={text}
        aria-label={texts.message}
        aria-invalid={isTooLong}
        placeholder={placeholder(panel)}
        enterkeyhint="send"
        onInput={(event) => write(event.currentTarget.value)}
        onBlur={() => panel.typing('')}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
          event.preventDefault();
          submit();
        }}
      />
      <div class="composer-bar">
        <FileButton panel={panel} />
        <EmojiButton panel={panel} isOpen={isPicking} onToggle={() => setPicking(!isPicking)} />
        <button type="submit" class="composer-send" aria-label={texts.chat.send} title={texts.chat.send} aria-disabled={!isReady}>
          <Icon svg={send} />
        </button>
      </div>
      {length > 0 && (
        <p class={isTooLong ? 'composer-count composer-over' : 'composer-count'} role="status">
          {isTooLong ? fill(texts.tooLong, { count: config.textLengthMax }) : `${length} / ${config.textLengthMax}`}
        </p>
      )}
    </form>
  );
}

function EmojiButton({ panel, isOpen, onToggle }: { panel: Panel; isOpen: boolean; onToggle: () => void }) {
  const { insertEmoji } = panel.store.state.texts.chat;
  return (
    <button type="button" class="icon-button composer-emoji" aria-label={insertEmoji} title={insertEmoji} aria-expanded={isOpen} onClick={onToggle}>
      <Icon svg={smile} />
    </button>
  );
}

/** What is being written, which a reload keeps and agents see coming. */
function useDraft(panel: Panel): [string, (written: string) => void] {
  const [text, setText] = useState(() => String(panel.recall('draft') ?? ''));
  const write = (written: string) => {
    setText(written);
    panel.keep('draft', written || null);
    panel.typing(written);
  };
  return [text, write];
}

function FileButton({ panel }: { panel: Panel }) {
  const { uploadFile, uploadFailed } = panel.store.state.texts;
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = '';
          import('../later.ts').then(({ addFiles }) => addFiles(panel, files), () => panel.complain(uploadFailed));
        }}
      />
      <button type="button" class="icon-button" aria-label={uploadFile} title={uploadFile} onClick={() => input.current?.click()}>
        <Icon svg={paperclip} />
      </button>
    </>
  );
}

function placeholder(panel: Panel): string {
  const { state } = panel.store;
  const { input } = state.texts.chat;
  if (flow(state).form === 'required') return input.notIntroduced;
  return state.view.items.length ? input.reply : input.placeholder;
}

/** As high as its text, as far as the style lets it. */
function useGrowing(field: { current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const { style } = field.current!;
    style.blockSize = 'auto';
    style.blockSize = `${field.current!.scrollHeight}px`;
  }, [text]);
}
