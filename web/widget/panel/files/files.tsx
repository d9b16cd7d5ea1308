// The files of a message, also those that the server has not shown in it yet.
import type { components } from '@parlour/client';
import { Icon } from '@parlour/ui/icon.tsx';
import paperclip from 'lucide-static/icons/paperclip.svg';
import type { Panel } from '../panel.ts';
import { wholeOf } from '../texts/en.ts';
import { Attachment } from './attachment.tsx';
import { uploadedFile } from './upload.ts';

interface FilesProps {
  panel: Panel;
  files: readonly components['schemas']['File'][];
  /** Of a message on its way. */
  fileIds: readonly string[];
}

export default function Files({ panel, files, fileIds }: FilesProps) {
  const known = [...files, ...fileIds.flatMap((id) => uploadedFile(id) ?? [])];
  return (
    <>
      {known.map((file) => (
        <Attachment key={file.link} panel={panel} file={file} />
      ))}
      {known.length < files.length + fileIds.length && (
        <div class="message-bubble">
          <Icon svg={paperclip} /> {wholeOf(panel.store.state).loading}
        </div>
      )}
    </>
  );
}
