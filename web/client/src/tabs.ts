// Tabs of one page share one connection: one leads, chosen by the browser's locks, the others follow over a channel.
// Where there are no locks every tab leads itself; the server allows a visitor five connections.

export interface Tabs {
  /** Tells the other tabs something that can be cloned. */
  post(message: unknown): void;
  close(): void;
}

export interface TabsEvents {
  /** From now on this tab leads; once. */
  lead(): void;
  message(message: unknown): void;
}

export type OpenTabs = (name: string, events: TabsEvents) => Tabs;

export const openTabs: OpenTabs = (name, events) => {
  const abort = new AbortController();
  const { signal } = abort;
  let release = () => {};
  let channel: BroadcastChannel | undefined;
  const lead = () => signal.aborted || events.lead();
  try {
    const open = new BroadcastChannel(`parlour-${name}`);
    channel = open;
    const leading = navigator.locks.request(`parlour-${name}`, { signal }, () => {
      lead();
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    // Frames without storage have no locks either, and some browsers say so only now.
    leading.catch(lead);
    open.onmessage = ({ data }) => events.message(data);
    return {
      post: (message) => open.postMessage(message),
      close() {
        abort.abort();
        open.close();
        release();
      },
    };
  } catch {
    channel?.close();
    return alone(events);
  }
};

/** No other tabs. */
export function alone(events: TabsEvents): Tabs {
  queueMicrotask(() => events.lead());
  return { post() {}, close() {} };
}
