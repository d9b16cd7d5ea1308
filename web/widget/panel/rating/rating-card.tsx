// Asks how the chat was, after it was closed.
import angry from 'lucide-static/icons/angry.svg';
import frown from 'lucide-static/icons/frown.svg';
import laugh from 'lucide-static/icons/laugh.svg';
import meh from 'lucide-static/icons/meh.svg';
import smile from 'lucide-static/icons/smile.svg';
import { Icon } from '@parlour/ui/icon.tsx';
import { useState } from 'preact/hooks';
import { answer } from '../form/answer.ts';
import type { Panel } from '../panel.ts';
import { wholeOf } from '../texts/en.ts';
import { usePanel } from '../use-panel.ts';
import { wordsFor } from '../wrong.ts';

const FACES = [angry, frown, meh, smile, laugh] as const;

/** As the server bounds it. */
const COMMENT_LENGTH_MAX = 1000;

export default function RatingCard({ panel }: { panel: Panel }) {
  const { rating: texts } = usePanel(panel, wholeOf);
  const isDone = usePanel(panel, (state) => state.rating === 'done');
  return (
    <section class="rating card" aria-label={texts.ask}>
      <p class="rating-thanks" role="status">
        {isDone && texts.thanks}
      </p>
      {!isDone && <Question panel={panel} />}
    </section>
  );
}

function Question({ panel }: { panel: Panel }) {
  const [score, setScore] = useState(0);
  const [failure, setFailure] = useState('');
  const [isSending, setSending] = useState(false);
  const all = wholeOf(panel.store.state);
  const texts = all.rating;
  const labels = [texts.score1, texts.score2, texts.score3, texts.score4, texts.score5];

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!score || isSending) return;
    const comment = String(new FormData(event.currentTarget as HTMLFormElement).get('comment')).trim();
    setSending(true);
    setFailure('');
    try {
      await panel.request('POST', '/live/rating', comment ? { score, comment } : { score });
      panel.analytic('rated', { score });
      answer(panel, 'rating', 'sent');
    } catch (error) {
      setFailure(wordsFor(error, all));
      setSending(false);
    }
  };
  return (
    <form class="rating-form" onSubmit={(event) => void submit(event)}>
      <fieldset role="radiogroup" class="rating-faces">
        <legend>{texts.ask}</legend>
        {FACES.map((face, index) => (
          <label class="rating-face" key={face} title={labels[index]}>
            <input class="visually-hidden" type="radio" name="score" value={index + 1} checked={score === index + 1} onChange={() => setScore(index + 1)} />
            <Icon svg={face} />
            <span class="visually-hidden">{labels[index]}</span>
          </label>
        ))}
      </fieldset>
      <p class="rating-label" aria-hidden="true">
        {labels[score - 1]}
      </p>
      {score > 0 && <textarea class="field-input" name="comment" rows={2} maxLength={COMMENT_LENGTH_MAX} dir="auto" aria-label={texts.comment} placeholder={texts.comment} />}
      <p class="field-error" role="alert">
        {failure}
      </p>
      <div class="rating-buttons">
        <button type="button" class="button button-quiet" onClick={() => answer(panel, 'rating', 'left')}>
          {texts.later}
        </button>
        {score > 0 && (
          <button type="submit" class="button" aria-disabled={isSending}>
            {isSending ? all.sending : all.submit}
          </button>
        )}
      </div>
    </form>
  );
}
