// Files on their way to the server, from the moment that they are chosen until a message names them.
import type { components } from '@parlour/client';
import type { Panel } from '../panel.ts';
import type { Upload } from '../state.ts';
import { wholeOf } from '../texts/en.ts';
import { fill } from '../texts/resolve.ts';
import { isPicture, refusalOf, tooLarge } from './check.ts';
import { readyFiles } from './ready.ts';

export { isUploading, readyFiles } from './ready.ts';

export type UploadedFile = components['schemas']['UploadedFile'];

interface Running {
  file: File;
  request: XMLHttpRequest | null;
}

/** By the key of the upload. */
const running = new Map<string, Running>();
/** What the server has, by its id, so that a message can be shown with its files before it is back. */
const uploaded = new Map<string, UploadedFile>();
/** Of this page, for their keys. */
let count = 0;

export function addFiles(panel: Panel, files: Iterable<File>): void {
  const { config, language, uploads } = panel.store.state;
  const texts = wholeOf(panel.store.state);
  let room = config.filesMax - uploads.filter(({ error, canRetry }) => !error || canRetry).length;
  const added: Upload[] = [];
  for (const file of files) {
    const error = refusalOf(file, config.fileSizeBytesMax, texts, language);
    if (!error && room-- <= 0) {
      panel.complain(fill(texts.tooManyFiles, { count: config.filesMax }));
      break;
    }
    const preview = !error && isPicture(file.type) ? URL.createObjectURL(file) : null;
    const { name, size: sizeBytes } = file;
    added.push({ key: `upload ${(count += 1)}`, name, sizeBytes, preview, progress: 0, fileId: null, error, canRetry: false });
    if (!error) running.set(added.at(-1)!.key, { file, request: null });
  }
  panel.store.set({ uploads: [...uploads, ...added] });
  for (const { key } of added) start(panel, key);
}

export function retryUpload(panel: Panel, key: string): void {
  change(panel, key, { error: null, canRetry: false, progress: 0 });
  start(panel, key);
}

/** Also breaks it off. */
export function removeUpload(panel: Panel, key: string): void {
  running.get(key)?.request?.abort();
  forget(panel, ({ key: other }) => other === key);
}

/** What a message names takes no place in the composer any more. */
export function clearUploads(panel: Panel): void {
  const count = readyFiles(panel.store.state).length;
  forget(panel, ({ fileId }) => fileId !== null);
  if (count) panel.analytic('fileSent', { count });
}

/** A file that was uploaded here; a message that is on its way names only ids. */
export const uploadedFile = (fileId: string) => uploaded.get(fileId);

function forget(panel: Panel, isMeant: (upload: Upload) => boolean): void {
  const { uploads } = panel.store.state;
  for (const { key, preview } of uploads.filter(isMeant)) {
    running.delete(key);
    if (preview) URL.revokeObjectURL(preview);
  }
  panel.store.set({ uploads: uploads.filter((upload) => !isMeant(upload)) });
}

function change(panel: Panel, key: string, changed: Partial<Upload>): void {
  const { uploads } = panel.store.state;
  panel.store.set({ uploads: uploads.map((upload) => (upload.key === key ? { ...upload, ...changed } : upload)) });
}

/** By `XMLHttpRequest`, as `fetch` tells nothing of how far it is. */
function start(panel: Panel, key: string): void {
  const upload = running.get(key);
  if (!upload) return;
  const request = new XMLHttpRequest();
  upload.request = request;
  request.open('POST', `/live/files?name=${encodeURIComponent(upload.file.name)}`);
  request.setRequestHeader('authorization', `Bearer ${panel.token() ?? ''}`);
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.upload.onprogress = ({ loaded, total }) => change(panel, key, { progress: total ? loaded / total : 0 });
  request.onerror = request.ontimeout = () => fail(panel, key, 0);
  request.onload = () => {
    if (request.status !== 201) return fail(panel, key, request.status);
    const file = JSON.parse(request.responseText) as UploadedFile;
    uploaded.set(file.id, file);
    change(panel, key, { progress: 1, fileId: file.id });
  };
  request.send(upload.file);
}

function fail(panel: Panel, key: string, status: number): void {
  const { config, language } = panel.store.state;
  const texts = wholeOf(panel.store.state);
  const words: Record<number, string> = {
    400: texts.notAllowedFile,
    403: texts.error.denied,
    413: tooLarge(config.fileSizeBytesMax, texts, language),
    429: texts.tooFast,
  };
  change(panel, key, { error: words[status] ?? texts.uploadFailed, canRetry: !(status in words) || status === 429 });
}
