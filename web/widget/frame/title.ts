// The number of unread messages before the page's title. A page may set its title at any time.
let prefix = '';

export function plainTitle(): string {
  return document.title.startsWith(prefix) ? document.title.slice(prefix.length) : document.title;
}

export function countInTitle(unread: number): void {
  const title = plainTitle();
  prefix = unread ? `(${unread}) ` : '';
  if (document.title !== prefix + title) document.title = prefix + title;
}
