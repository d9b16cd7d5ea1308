// Takes files that are dropped anywhere on the panel, and pictures that are pasted.
import upload from 'lucide-static/icons/upload.svg';
import { Icon } from '@parlour/ui/icon.tsx';
import { useEffect, useState } from 'preact/hooks';
import type { Panel } from '../panel.ts';
import { wholeOf } from '../texts/en.ts';
import { usePanel } from '../use-panel.ts';
import { tooLarge } from './check.ts';
import { addFiles } from './upload.ts';

export function DropZone({ panel }: { panel: Panel }) {
  const isOpen = usePanel(panel, (state) => state.gate === 'open');
  const [isOver, setOver] = useState(false);
  useEffect(() => (isOpen ? listen(panel, setOver) : undefined), [panel, isOpen]);
  if (!isOver) return null;
  const { config, language } = panel.store.state;
  const texts = wholeOf(panel.store.state);
  return (
    <div class="drop">
      <div class="drop-words">
        <Icon svg={upload} />
        <strong>{texts.dropToUpload}</strong>
        <small>{tooLarge(config.fileSizeBytesMax, texts, language)}</small>
      </div>
    </div>
  );
}

function listen(panel: Panel, setOver: (isOver: boolean) => void): () => void {
  const abort = new AbortController();
  const options = { signal: abort.signal };
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  addEventListener(
    'dragover',
    (event) => {
      if (!hasFiles(event)) return;
      // Without it, the browser would leave the chat and show the file.
      event.preventDefault();
      event.dataTransfer!.dropEffect = 'copy';
      setOver(true);
    },
    options,
  );
  // There is no related element outside of the page.
  addEventListener('dragleave', (event) => event.relatedTarget || setOver(false), options);
  addEventListener(
    'drop',
    (event) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      addFiles(panel, filesOf(event.dataTransfer!));
      panel.focusComposer();
    },
    options,
  );
  addEventListener(
    'paste',
    (event) => {
      const { clipboardData } = event;
      // What has words too was copied for its words, as the cells of a table.
      if (!clipboardData?.files.length || clipboardData.types.includes('text/plain')) return;
      event.preventDefault();
      addFiles(panel, clipboardData.files);
      panel.focusComposer();
    },
    options,
  );
  return () => abort.abort();
}

/** A folder is none, but would be taken for one; as an empty one it is refused with words. */
function filesOf({ items, files }: DataTransfer): File[] {
  const folders = new Set([...items].flatMap((item) => (item.webkitGetAsEntry()?.isDirectory ? [item.getAsFile()?.name] : [])));
  return [...files].map((file) => (folders.has(file.name) ? new File([], file.name) : file));
}
