// A text to be copied.
import { useState } from 'preact/hooks';

export function Copy({ text }: { text: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
  };
  return (
    <div class="copy">
      <pre tabIndex={0}>{text}</pre>
      <button type="button" onClick={() => void copy().catch(() => setIsCopied(false))} onBlur={() => setIsCopied(false)}>
        {isCopied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
