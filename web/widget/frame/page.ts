// The page's own functions: its callbacks, and what it counts with. They may be none, and may fail without harm.
import { given, page } from '../loader/page.ts';
import { widget } from './tools.ts';

function tell(owner: unknown, name: string, ...values: unknown[]): void {
  try {
    const callback = (owner as Record<string, unknown> | undefined)?.[name];
    if (typeof callback === 'function') callback(...values);
  } catch (error) {
    console.error(error);
  }
}

/** A callback of the page's settings. */
export function callBack(name: string, ...values: unknown[]): void {
  tell(given('Setup'), name, ...values);
}

/** What happens in the chat, for the page's own counting. Nothing is loaded for that. */
export function count(name: string, data: Record<string, unknown> = {}): void {
  const { disableGaTracking, gaTrackerName, gaTrackingId, disableYaTracking, yaCounterId } = widget.setup;
  callBack('onAnalyticEvent', name, data);
  if (!disableGaTracking) {
    tell(page, `${gaTrackerName ?? 'ga'}`, 'send', 'event', 'Chat', name);
    tell(page, 'gtag', 'event', name, { event_category: 'Chat', ...(gaTrackingId ? { send_to: gaTrackingId } : {}) });
  }
  if (yaCounterId && !disableYaTracking) tell(page, 'ym', yaCounterId, 'reachGoal', name);
}
