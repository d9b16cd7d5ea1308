// The contact form's flows: what the bot says under the thread, and whether the form is due. Pure.
import type { PanelState } from '../state.ts';
import { fill } from '../texts/resolve.ts';
import { known, knownName, mayAsk, modeOf, mustAsk, questions } from './questions.ts';
import { currentRound } from './round.ts';

export interface Flow {
  lines: string[];
  /** Whether the form is to be shown, and whether the visitor has sent it here. */
  form: 'none' | 'offered' | 'required' | 'done';
}

const NOTHING: Flow = { lines: [], form: 'none' };

export function flow(state: PanelState): Flow {
  const mode = modeOf(state);
  if (state.gate !== 'open' || mode === 'none') return NOTHING;
  const { from, hasOwn, isAnswered } = currentRound(state);
  const { bot_thanksForMessage, bot_beforeForm } = state.texts.customStrings;
  const answer = state.answers.form;
  const asked = questions(state);
  const wasSent = answer?.as === 'sent';
  const isOfNow = answer !== undefined && answer.seq >= from;
  const thanks = hasOwn ? [bot_thanksForMessage] : [];

  if (mode === 'required' && mustAsk(state.config.form, asked, wasSent)) {
    return { lines: [...thanks, start(state, '_required')], form: 'required' };
  }
  const form = wasSent && isOfNow ? 'done' : mode === 'optional' && hasOwn && !wasSent && !isOfNow && mayAsk(state, asked) ? 'offered' : 'none';
  // As soon as somebody answers, the bot has nothing to say.
  if (isAnswered) return { lines: [], form };
  if (form === 'offered') return { lines: [...thanks, start(state), bot_beforeForm], form };
  if (form === 'done') return { lines: [...(mode === 'optional' ? [...thanks, start(state)] : []), after(state)], form };
  return hasOwn ? { lines: [...thanks, start(state, known(state, 'email') && '_email')], form } : NOTHING;
}

/** When an answer is to be expected, or what has to come first. */
function start(state: PanelState, variant: string = ''): string {
  const texts = state.texts.customStrings;
  const key = `bot_start${state.isAnyAvailable ? 'Online' : 'Offline'}${variant as '' | '_email' | '_required'}` as const;
  return fill(texts[key], { email: known(state, 'email') });
}

function after(state: PanelState): string {
  const texts = state.texts.customStrings;
  const [email, name] = [known(state, 'email'), knownName(state)];
  if (email) return fill(texts.bot_afterForm_email, { email });
  return name ? fill(texts.bot_afterForm, { name }) : state.texts.saved;
}
