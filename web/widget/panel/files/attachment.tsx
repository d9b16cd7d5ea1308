// A file in a message: a picture where the server says that it is one, else a line to save it by.
import download from 'lucide-static/icons/download.svg';
import type { components } from '@parlour/client';
import { Icon } from '@parlour/ui/icon.tsx';
import { useState } from 'preact/hooks';
import { later } from '../lazy.tsx';
import type { Panel } from '../panel.ts';
import { wholeOf } from '../texts/en.ts';
import { fill } from '../texts/resolve.ts';
import { sizeName } from './check.ts';
import { FileIcon } from './file-icon.tsx';

/** What is shown of a file, of a message or just uploaded. */
export type ShownFile = Pick<components['schemas']['File'], 'name' | 'link' | 'size' | 'isImage' | 'imageInfo'>;

const Viewer = later((module) => module.Viewer);

/** The box of a picture in the thread, in CSS pixels. */
const WIDTH_MAX = 240;
const HEIGHT_MAX = 280;

export function Attachment({ panel, file }: { panel: Panel; file: ShownFile }) {
  const [isOpen, setOpen] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const { language } = panel.store.state;
  const texts = wholeOf(panel.store.state);
  const info = file.isImage && !isBroken && file.imageInfo;
  // From elsewhere a picture would tell that place who reads here.
  if (!info || !isOwn(info.previewLink)) {
    return (
      <a class="attachment-file" href={file.link} download={file.name} target="_blank" rel="noopener noreferrer" title={fill(texts.download, { name: file.name })}>
        <FileIcon name={file.name} />
        <span class="attachment-words">
          <bdi class="attachment-name">{file.name}</bdi>
          <small>{sizeName(file.size, texts.units, language)}</small>
        </span>
        <Icon svg={download} />
      </a>
    );
  }
  const scale = Math.min(1, WIDTH_MAX / info.width, HEIGHT_MAX / info.height);
  return (
    <>
      <button type="button" class="attachment-image" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <img
          src={info.previewLink}
          alt={fill(texts.image, { name: file.name })}
          width={Math.round(info.width * scale)}
          height={Math.round(info.height * scale)}
          loading="lazy"
          decoding="async"
          onError={() => setBroken(true)}
        />
      </button>
      {isOpen && <Viewer panel={panel} file={file} onClose={() => setOpen(false)} />}
    </>
  );
}

function isOwn(link: string): boolean {
  try {
    return new URL(link, location.href).origin === location.origin;
  } catch {
    return false;
  }
}
