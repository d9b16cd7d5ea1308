// Waiting for what should become true, instead of for a time.
import { vi } from 'vitest';

const INTERVAL_MS = 25;
const TIMEOUT_MS = 20_000;

/** Asks again until nothing is thrown, and gives what was returned then. */
export function until<Found>(check: () => Found | Promise<Found>, timeout = TIMEOUT_MS): Promise<Found> {
  return vi.waitFor(check, { interval: INTERVAL_MS, timeout });
}
