// Reads one thing of the panel's state in a component, which is drawn again when that thing is another.
import { useEffect, useReducer, useRef } from 'preact/hooks';
import type { Panel } from './panel.ts';
import type { PanelState } from './state.ts';

/** `usePanel(panel, (state) => state.unread)`; what is read must be a part of the state, not made anew each time. */
export function usePanel<Value>(panel: Panel, read: (state: PanelState) => Value): Value {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const latest = useRef({ read, value: undefined as Value | undefined });
  latest.current = { read, value: read(panel.store.state) };
  useEffect(() => {
    const look = () => {
      const { read, value } = latest.current;
      if (!Object.is(read(panel.store.state), value)) redraw(0);
    };
    // It may have changed since it was drawn.
    look();
    return panel.store.subscribe(look);
  }, [panel]);
  return latest.current.value as Value;
}
