// Asks for the address that the chat is to be sent to.
import { useEffect, useRef, useState } from 'preact/hooks';
import { EMAIL } from '../form/check.ts';
import { known } from '../form/questions.ts';
import type { Panel } from '../panel.ts';
import { wholeOf } from '../texts/en.ts';
import { fill } from '../texts/resolve.ts';
import { wordsFor } from '../wrong.ts';

export function Transcript({ panel, onClose }: { panel: Panel; onClose: () => void }) {
  const { state } = panel.store;
  const texts = wholeOf(state);
  const input = useRef<HTMLInputElement>(null);
  const [mistake, setMistake] = useState('');
  const [sentTo, setSentTo] = useState('');
  const [isSending, setSending] = useState(false);
  useEffect(() => input.current?.select(), []);

  const refuse = (words: string) => {
    setMistake(words);
    input.current?.focus();
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    const email = input.current?.value.trim() ?? '';
    if (isSending) return;
    if (!email) return refuse(texts.error.emptyEmail);
    if (!EMAIL.test(email)) return refuse(texts.error.incorrectEmail);
    setSending(true);
    setMistake('');
    try {
      await panel.request('POST', '/live/transcript', { email });
      setSentTo(email);
    } catch (error) {
      refuse(wordsFor(error, texts));
    }
    setSending(false);
  };
  if (sentTo) return <Done words={fill(texts.transcript.done, { email: sentTo })} close={texts.close} onClose={onClose} />;
  return (
    <form class="transcript" noValidate aria-labelledby="transcript-title" onSubmit={(event) => void submit(event)}>
      <h2 id="transcript-title">{texts.transcript.ask}</h2>
      <div class="field">
        <label class="field-label" for="transcript-email">
          {texts.email}
        </label>
        <input
          class="field-input"
          id="transcript-email"
          name="email"
          type="email"
          inputMode="email"
          autoComplete="email"
          dir="auto"
          defaultValue={known(state, 'email')}
          ref={input}
          aria-required
          aria-invalid={mistake !== ''}
          aria-describedby="transcript-mistake"
        />
        <p class="field-error" id="transcript-mistake" role="alert">
          {mistake}
        </p>
      </div>
      <button type="submit" class="button button-wide" aria-disabled={isSending}>
        {texts.submit}
      </button>
    </form>
  );
}

function Done({ words, close, onClose }: { words: string; close: string; onClose: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <div class="transcript">
      <p role="status">{words}</p>
      <button type="button" class="button button-quiet" ref={button} onClick={onClose}>
        {close}
      </button>
    </div>
  );
}
