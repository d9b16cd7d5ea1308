// What the composer has to know of files before it has any.
import type { PanelState } from '../state.ts';

/** What a message may name now. */
export function readyFiles(state: PanelState): string[] {
  return state.uploads.flatMap(({ fileId }) => (fileId ? [fileId] : []));
}

/** Whether a message has to wait for its files. */
export const isUploading = (state: PanelState) => state.uploads.some(({ fileId, error }) => !fileId && !error);
