// What somebody wrote: text as text, with its line breaks, and addresses as links.
import { later } from '../lazy.tsx';

const Linked = later((module) => module.Linked, ({ text }) => <>{text}</>);

/** One to three of them and nothing else are shown large. */
const EMOJI_ALONE = /^(?=.{1,42}$)(?:(?:\p{RI}\p{RI}|[#*\d]\ufe0f?\u20e3|\p{Extended_Pictographic}\p{EMod}?\ufe0f?(?:\u200d\p{Extended_Pictographic}\p{EMod}?\ufe0f?)*)\s*){1,3}$/u;

export function Text({ text }: { text: string }) {
  return (
    <p class={EMOJI_ALONE.test(text) ? 'message-text message-emoji' : 'message-text'} dir="auto">
      {text.includes('://') ? <Linked text={text} /> : text}
    </p>
  );
}
