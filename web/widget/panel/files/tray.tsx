// The files in the composer: how far each is, and what went wrong.
import again from 'lucide-static/icons/rotate-cw.svg';
import close from 'lucide-static/icons/x.svg';
import { Icon } from '@parlour/ui/icon.tsx';
import type { Panel } from '../panel.ts';
import type { Upload } from '../state.ts';
import { wholeOf } from '../texts/en.ts';
import { usePanel } from '../use-panel.ts';
import { sizeName } from './check.ts';
import { FileIcon } from './file-icon.tsx';
import { removeUpload, retryUpload } from './upload.ts';

export function Tray({ panel }: { panel: Panel }) {
  const uploads = usePanel(panel, (state) => state.uploads);
  if (!uploads.length) return null;
  return (
    <ul class="tray">
      {uploads.map((upload) => (
        <Row key={upload.key} panel={panel} upload={upload} />
      ))}
    </ul>
  );
}

function Row({ panel, upload }: { panel: Panel; upload: Upload }) {
  const { language } = panel.store.state;
  const texts = wholeOf(panel.store.state);
  const { key, name, sizeBytes, preview, progress, fileId, error, canRetry } = upload;
  return (
    <li class={error ? 'tray-file tray-file-failed' : 'tray-file'}>
      <span class="tray-picture">{preview ? <img src={preview} alt="" /> : <FileIcon name={name} />}</span>
      <span class="tray-words">
        <bdi class="tray-name">{name}</bdi>
        {error ? (
          <span class="field-error" role="alert">
            {error}
          </span>
        ) : fileId ? (
          <small>{sizeName(sizeBytes, texts.units, language)}</small>
        ) : (
          <progress aria-label={`${texts.sending} ${name}`} {...(progress < 1 ? { value: progress } : {})} />
        )}
      </span>
      {canRetry && (
        <button type="button" class="icon-button" aria-label={`${texts.status.retry}: ${name}`} title={texts.status.retry} onClick={() => retryUpload(panel, key)}>
          <Icon svg={again} />
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={`${fileId || error ? texts.remove : texts.cancel}: ${name}`}
        onClick={() => {
          removeUpload(panel, key);
          panel.focusComposer();
        }}
      >
        <Icon svg={close} />
      </button>
    </li>
  );
}
