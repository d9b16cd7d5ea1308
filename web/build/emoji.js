// `import groups from './chosen.txt'` gives the emoji that stand there, one a line with words of our own behind it and a blank
// line between groups, each with its name in English.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const names = createRequire(import.meta.url)('unicode-emoji-json/data-by-emoji.json');

/** The groups of a list, as the picker takes them. */
export function emojiOf(list) {
  return list.trim().split('\n\n').map((group) => group.split('\n').map(entry));
}

function entry(line) {
  const [picture, ...words] = line.split(' ');
  const known = names[picture];
  if (!known) throw new Error(`${picture} is no emoji`);
  return [picture, known.name, words.join(' ')];
}

export const emoji = {
  name: 'emoji',
  setup(build) {
    build.onLoad({ filter: /[/\\]chosen\.txt$/ }, ({ path }) => ({ contents: JSON.stringify(emojiOf(readFileSync(path, 'utf8'))), loader: 'json' }));
  },
};
