// The card that asks visitors who they are: only what is not known, and once.
import chevron from 'lucide-static/icons/chevron-down.svg';
import close from 'lucide-static/icons/x.svg';
import { Icon } from '@parlour/ui/icon.tsx';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Panel } from '../panel.ts';
import type { OwnVisitor } from '../state.ts';
import { wholeOf } from '../texts/en.ts';
import { usePanel } from '../use-panel.ts';
import { wordsFor } from '../wrong.ts';
import { answer } from './answer.ts';
import { bodyOf, mistakes } from './check.ts';
import { Consent, Field, GroupChoice } from './field.tsx';
import { modeOf, questions, type Questions } from './questions.ts';
import { currentRound } from './round.ts';

export default function FormCard({ panel }: { panel: Panel }) {
  const texts = usePanel(panel, wholeOf);
  const isRequired = usePanel(panel, (state) => modeOf(state) === 'required');
  const isAnswered = usePanel(panel, (state) => currentRound(state).isAnswered);
  // What is asked stays as it was, also while a page tells more about the visitor: nothing may vanish under a cursor.
  const [asked] = useState(() => questions(panel.store.state));
  const [isTouched, setTouched] = useState(false);
  const [isUnfolded, setUnfolded] = useState(false);
  const isFolded = isAnswered && !isRequired && !isTouched && !isUnfolded;
  const title = texts.customStrings.bot_details;
  return (
    <section class={isFolded ? 'form-card card form-card-folded' : 'form-card card'} aria-label={title} onInput={() => setTouched(true)}>
      <header class="form-head">
        {isFolded ? (
          <button type="button" class="form-unfold" aria-expanded={false} onClick={() => setUnfolded(true)}>
            {title} <Icon svg={chevron} />
          </button>
        ) : (
          <h2>{title}</h2>
        )}
        {!isRequired && (
          <button type="button" class="icon-button" aria-label={texts.close} onClick={() => answer(panel, 'form', 'left')}>
            <Icon svg={close} />
          </button>
        )}
      </header>
      {!isFolded && <Form panel={panel} asked={asked} isRequired={isRequired} takesFocus={isUnfolded} />}
    </section>
  );
}

interface FormProps {
  panel: Panel;
  asked: Questions;
  isRequired: boolean;
  takesFocus: boolean;
}

function Form({ panel, asked, isRequired, takesFocus }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [errors, setErrors] = useState<ReadonlyMap<string, string>>(new Map());
  const [failure, setFailure] = useState('');
  const [isSending, setSending] = useState(false);
  const { config } = panel.store.state;
  const texts = wholeOf(panel.store.state);

  useEffect(() => {
    if (takesFocus) form.current?.querySelector<HTMLElement>('input, textarea')?.focus();
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!form.current || isSending) return;
    const given = new FormData(form.current);
    const found = mistakes(asked, given, isRequired, texts);
    setErrors(found);
    setFailure('');
    const first = found.keys().next().value;
    if (first) return form.current.querySelector<HTMLElement>(`#${CSS.escape(first)}`)?.focus();
    setSending(true);
    try {
      const visitor = (await panel.request('PUT', '/live/visitor', bodyOf(asked, given))) as OwnVisitor;
      panel.store.set({ visitor });
      answer(panel, 'form', 'sent');
      panel.analytic('formSubmitted', { fields: asked.fields.map(({ name }) => name) });
      panel.release();
    } catch (error) {
      setFailure(wordsFor(error, texts));
      setSending(false);
    }
  };
  return (
    <form class="form" ref={form} noValidate onSubmit={(event) => void submit(event)}>
      {asked.fields.map((field) => (
        <Field key={field.name} field={field} texts={texts} error={errors.get(`field-${field.name}`)} />
      ))}
      {asked.asksGroup && <GroupChoice groups={config.groups} texts={texts} error={errors.get('group')} />}
      {asked.consents.map((consent) => (
        <Consent key={consent.kind} consent={consent} texts={texts} error={errors.get(`consent-${consent.kind}`)} />
      ))}
      <p class="field-error" role="alert">
        {failure}
      </p>
      <button type="submit" class="button button-wide" aria-disabled={isSending}>
        {isSending ? texts.sending : texts.submit}
      </button>
    </form>
  );
}
