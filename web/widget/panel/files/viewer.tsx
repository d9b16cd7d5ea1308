// A picture at its full size, over the chat.
import download from 'lucide-static/icons/download.svg';
import close from 'lucide-static/icons/x.svg';
import { Icon } from '@parlour/ui/icon.tsx';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Panel } from '../panel.ts';
import { wholeOf } from '../texts/en.ts';
import { fill } from '../texts/resolve.ts';
import type { ShownFile } from './attachment.tsx';

export default function Viewer({ panel, file, onClose }: { panel: Panel; file: ShownFile; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const texts = wholeOf(panel.store.state);
  // The browser keeps the focus inside, and gives it back.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const leave = () => dialog.current?.close();
  return (
    <dialog
      class="viewer"
      ref={dialog}
      aria-label={fill(texts.image, { name: file.name })}
      onClose={onClose}
      // Escape closes the picture, not the chat too.
      onKeyDown={(event) => event.key === 'Escape' && event.stopPropagation()}
    >
      <header class="viewer-head">
        <bdi class="viewer-name">{file.name}</bdi>
        <a class="icon-button" href={file.link} download={file.name} target="_blank" rel="noopener noreferrer" aria-label={fill(texts.download, { name: file.name })}>
          <Icon svg={download} />
        </a>
        <button type="button" class="icon-button" autofocus aria-label={texts.close} onClick={leave}>
          <Icon svg={close} />
        </button>
      </header>
      {/* Beside the picture a click means the same as the button. */}
      <figure class="viewer-figure" onClick={(event) => event.target === event.currentTarget && leave()}>
        <img src={file.link} alt="" width={file.imageInfo?.width} height={file.imageInfo?.height} />
      </figure>
    </dialog>
  );
}
