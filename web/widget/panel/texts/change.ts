// Texts with the changes that the organization and the site made to them.
// English is whole by this import, so that nothing is added to it after the changes.
import { wholeOf, type Texts } from './en.ts';
import type { FirstTexts } from './english/first.ts';

export { writtenByTexts } from '../time/own.ts';

type Tree = { [key: string]: string | Tree };

/** The last change wins. */
export function changed(texts: FirstTexts, changes: readonly unknown[]): Texts {
  const tree = changes.reduce<Tree>(change, wholeOf({ texts }));
  return refer(tree, tree) as Texts;
}

/** A tree with the texts that a change has for its keys; what the tree does not know is not taken over. */
function change(tree: Tree, changes: unknown): Tree {
  if (typeof changes !== 'object' || changes === null) return tree;
  const changed: Tree = {};
  for (const [key, value] of Object.entries(tree)) {
    const given: unknown = Object.hasOwn(changes, key) ? (changes as Record<string, unknown>)[key] : undefined;
    if (typeof value === 'object') changed[key] = change(value, given);
    else changed[key] = typeof given === 'string' ? given : value;
  }
  return changed;
}

/** Puts other texts in for `{{$key}}`: one beside it, or one by its path from the top. */
function refer(tree: Tree, root: Tree): Tree {
  const expand = (text: string, depth: number): string =>
    text.replace(/\{\{\$([\w.]+)\}\}/g, (_, path: string) => {
      const target = find(tree, path) ?? find(root, path);
      // Texts that name one another would never end.
      return target === undefined || depth === 4 ? '' : expand(target, depth + 1);
    });
  const entries = Object.entries(tree).map(([key, value]) => [key, typeof value === 'string' ? expand(value, 0) : refer(value, root)]);
  return Object.fromEntries(entries) as Tree;
}

function find(tree: Tree, path: string): string | undefined {
  let found: string | Tree | undefined = tree;
  for (const key of path.split('.')) {
    found = typeof found === 'object' && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return typeof found === 'string' ? found : undefined;
}
