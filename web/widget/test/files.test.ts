// @vitest-environment happy-dom
// Files before and on their way to the server: what is refused at once, and what becomes of each upload.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sizeName } from '../panel/files/check.ts';
import { addFiles, clearUploads, isUploading, readyFiles, removeUpload, retryUpload, uploadedFile } from '../panel/files/upload.ts';
import type { Panel } from '../panel/panel.ts';
import { Store, type PanelState } from '../panel/state.ts';
import { en } from '../panel/texts/en.ts';

const LIMIT = 25 * 1024 * 1024;

/** The server's side of an upload, in the hands of the test. */
class Request {
  static all: Request[] = [];
  readonly upload: { onprogress?: (event: object) => void } = {};
  readonly headers: Record<string, string> = {};
  address = '';
  status = 0;
  responseText = '';
  isAborted = false;
  onload?: () => void;
  onerror?: () => void;

  open(method: string, address: string) {
    this.address = `${method} ${address}`;
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  send() {
    Request.all.push(this);
  }
  abort() {
    this.isAborted = true;
  }
  answer(status: number, body: object) {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.onload?.();
  }
}

const previews = { made: 0, revoked: 0 };
let panel: Panel;
let complaints: string[];
let counted: unknown[];

beforeEach(() => {
  Request.all = [];
  Object.assign(previews, { made: 0, revoked: 0 });
  complaints = [];
  counted = [];
  vi.stubGlobal('XMLHttpRequest', Request);
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => `blob:${++previews.made}`);
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation(() => void (previews.revoked += 1));
  const state = { config: { fileSizeBytesMax: LIMIT, filesMax: 3 }, texts: en, language: 'en', uploads: [] } as unknown as PanelState;
  panel = {
    store: new Store(state),
    token: () => 'vt_1',
    complain: (text: string) => complaints.push(text),
    analytic: (...event: unknown[]) => counted.push(event),
  } as unknown as Panel;
});
afterEach(() => vi.unstubAllGlobals());

function file(name: string, size = 3, type = ''): File {
  return Object.defineProperty(new File(['abc'], name, { type }), 'size', { value: size });
}

const uploads = () => panel.store.state.uploads;

describe('a file', () => {
  it('is on its way at once, with a preview where it is a picture, and is named by the next message', () => {
    addFiles(panel, [file('sun set.png', 400, 'image/png'), file('offer.pdf')]);
    expect(Request.all.map(({ address }) => address)).toEqual(['POST /live/files?name=sun%20set.png', 'POST /live/files?name=offer.pdf']);
    expect(Request.all[0]!.headers.authorization).toBe('Bearer vt_1');
    expect(uploads().map(({ preview }) => preview)).toEqual(['blob:1', null]);
    Request.all[0]!.upload.onprogress!({ loaded: 100, total: 400 });
    expect(uploads()[0]!.progress).toBe(0.25);
    expect(isUploading(panel.store.state)).toBe(true);

    Request.all[0]!.answer(201, { id: 'one', name: 'sun set.png' });
    expect(readyFiles(panel.store.state)).toEqual(['one']);
    expect(uploadedFile('one')?.name).toBe('sun set.png');
    Request.all[1]!.answer(201, { id: 'two' });
    expect(isUploading(panel.store.state)).toBe(false);

    clearUploads(panel);
    expect(uploads()).toEqual([]);
    expect(previews.revoked).toBe(1);
    expect(counted).toEqual([['fileSent', { count: 2 }]]);
  });

  it.each([
    ['is too large', LIMIT + 1, 'Files can be 25 MB at most'],
    ['is empty, or a folder', 0, en.notAllowedFile],
  ])('that %s is not even sent', (_, size, words) => {
    addFiles(panel, [file('film.mov', size), file('largest.mov', LIMIT)]);
    expect(uploads().map(({ error }) => error)).toEqual([words, null]);
    expect(uploads()[0]!.canRetry).toBe(false);
    expect(Request.all).toHaveLength(1);
  });

  it.each([
    [413, 'Files can be 25 MB at most', false],
    [403, en.error.denied, false],
    [429, en.tooFast, true],
    [507, en.uploadFailed, true],
  ])('that the server refuses by %i says why', (status, words, canRetry) => {
    addFiles(panel, [file('a.txt')]);
    Request.all[0]!.answer(status, {});
    expect(uploads()[0]).toMatchObject({ error: words, canRetry, fileId: null });
  });

  it('that broke off is tried again', () => {
    addFiles(panel, [file('a.txt')]);
    Request.all[0]!.onerror!();
    const [{ key, error, canRetry }] = uploads() as [PanelState['uploads'][0]];
    expect([error, canRetry]).toEqual([en.uploadFailed, true]);
    retryUpload(panel, key);
    Request.all[1]!.answer(201, { id: 'one' });
    expect(uploads()).toMatchObject([{ error: null, fileId: 'one' }]);
  });

  it('that is taken away is broken off, and its preview given back', () => {
    addFiles(panel, [file('a.gif', 3, 'image/gif'), file('b.txt')]);
    removeUpload(panel, uploads()[0]!.key);
    expect(Request.all.map(({ isAborted }) => isAborted)).toEqual([true, false]);
    expect(uploads().map(({ name }) => name)).toEqual(['b.txt']);
    expect(previews.revoked).toBe(1);
  });

  it('that may carry programs has no preview', () => {
    addFiles(panel, [file('a.svg', 3, 'image/svg+xml'), file('a.html', 3, 'text/html')]);
    expect(previews.made).toBe(0);
  });
});

describe('files', () => {
  it('are as many as a message takes', () => {
    addFiles(panel, [file('1'), file('2')]);
    addFiles(panel, [file('3'), file('4'), file('5')]);
    expect(uploads().map(({ name }) => name)).toEqual(['1', '2', '3']);
    expect(complaints).toEqual(['At most 3 files at once']);
  });

  it('that were refused take no place of others', () => {
    addFiles(panel, [file('0', 0), file('1'), file('2'), file('3')]);
    expect(Request.all).toHaveLength(3);
    expect(complaints).toEqual([]);
  });
});

it.each([
  [0, 'en', '0\u00a0B'],
  [1023, 'en', '1,023\u00a0B'],
  [1536, 'en', '1.5\u00a0kB'],
  [1536, 'de', '1,5\u00a0kB'],
  [1024 * 1024 - 1, 'en', '1\u00a0MB'],
  [LIMIT, 'en', '25\u00a0MB'],
  [3 * 1024 ** 4, 'en', '3,072\u00a0GB'],
])('%i bytes are called so in %s: %s', (bytes, language, name) => expect(sizeName(bytes, en.units, language)).toBe(name));
