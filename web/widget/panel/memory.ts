// What this browser keeps for the panel: nothing before the visitor agrees, and nothing beyond this page where it keeps nothing.

/** As much of a browser's storage as is used. */
export interface Kept {
  getItem(key: string): string | null;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): void;
  /** Where they are not its properties. */
  names?(): string[];
}

/** `token`, `draft`, `held` and the like, each under `parlour-NAME-WIDGET`, of a known visitor with a mark of their id behind it. */
export class Memory {
  readonly #widgetId: string;
  readonly #storage: Kept | undefined;
  readonly #page = new Map<string, string>();
  #owner = '';
  #isAllowed = false;

  /** The first of the storages that is not closed. */
  constructor(widgetId: string, ...storages: (() => Kept)[]) {
    this.#widgetId = widgetId;
    this.#storage = storages.map(usable).find(Boolean);
  }

  /** Whether the token outlives this page. */
  get isKept(): boolean {
    return !!this.#storage?.getItem(this.#key('token'));
  }

  /** Whose things these are from now on: people who share a browser share nothing else. */
  own(visitorId: string | undefined): void {
    this.#owner = visitorId ? `-${mark(visitorId)}` : '';
  }

  /** From here on things are kept, and those that there are already. */
  allow(): void {
    this.#isAllowed = true;
    for (const [key, value] of this.#page) this.#put(key, value);
  }

  read(name: string): string | null {
    const key = this.#key(name);
    return this.#page.get(key) ?? this.#storage?.getItem(key) ?? null;
  }

  /** Null forgets it. */
  write(name: string, value: string | null): void {
    const key = this.#key(name);
    if (value === null) this.#page.delete(key);
    else this.#page.set(key, value);
    this.#put(key, value);
  }

  /** Forgets everything of this widget, also what its outbox has kept. */
  clear(): void {
    this.#isAllowed = false;
    this.#page.clear();
    const storage = this.#storage;
    if (!storage) return;
    for (const key of storage.names?.() ?? Object.keys(storage)) if (key.startsWith('parlour-') && key.includes(this.#widgetId)) storage.removeItem(key);
  }

  #key(name: string): string {
    return `parlour-${name}-${this.#widgetId}${this.#owner}`;
  }

  #put(key: string, value: string | null): void {
    if (!this.#isAllowed || !this.#storage) return;
    try {
      if (value === null) this.#storage.removeItem(key);
      else this.#storage.setItem(key, value);
      // From here on what the other tabs write counts as well. What there was no room for stays with this page.
      if (this.#storage.getItem(key) === value) this.#page.delete(key);
    } catch {
      // It is full: this page goes on with what it has.
    }
  }
}

/** Some browsers throw when storage is only named, some when it is read, in a frame that they trust with nothing. */
function usable(storage: () => Kept): Kept | undefined {
  try {
    const found = storage();
    found.getItem('');
    return found;
  } catch {
    return undefined;
  }
}

/** Tells ids apart without naming them; 32 bits of FNV-1a are enough for the few of one browser. */
function mark(id: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(36);
}
