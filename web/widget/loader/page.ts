// What the page has for the widget, under every name that it ever had.

const NAMES = ['BrevoConversations', 'Parlour', 'SibConversations', 'Chatra'];

/** The window, as a place of names that anybody may have taken. */
export const page = window as unknown as Record<string, unknown>;

/** `BrevoConversationsSetup` and its like, by what follows the name: the first that is there. */
export function given(suffix: string): unknown {
  for (const name of NAMES) if (page[name + suffix] != null) return page[name + suffix];
  return undefined;
}

/** Puts the function in the place of each stub, and gives the calls that they have kept. What else is there is the page's own. */
export function takeStubs(api: object): ArrayLike<unknown>[] {
  const calls: ArrayLike<unknown>[] = [];
  for (const name of NAMES) {
    const stub = page[name] as { q?: ArrayLike<unknown>[] } | undefined;
    for (const call of stub?.q ?? []) calls[calls.length] = call;
    if (!stub || typeof stub === 'function') page[name] = api;
  }
  return calls;
}

export function warn(what: unknown): void {
  console.warn(`BrevoConversations: ${what as string}`);
}

/** Every listener of the loader, so that none is left behind. They run before the page's own, which may stop events. */
let watch: AbortController;

export function listen(target: EventTarget, type: string, listener: (event: Event) => void): void {
  target.addEventListener(type, listener, { signal: watch.signal, capture: true });
}

export function startListening(): void {
  watch?.abort();
  watch = new AbortController();
}
