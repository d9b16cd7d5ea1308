// Chromium, as most people have it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
];

/**
 * What frames of other sites may store: something for each site that they stand on; only cookies of their own there, as in
 * private windows; or nothing, and nobody else either.
 */
export type Storage = 'partitioned' | 'cookies' | 'closed';

/** Chromium's preferences for that. Debian's Chromium is shipped with the second. */
const PREFERENCES: Record<Storage, object> = {
  partitioned: { cookie_controls_mode: 0 },
  cookies: { cookie_controls_mode: 1 },
  closed: { cookie_controls_mode: 1, default_content_setting_values: { cookies: 2 } },
};

export interface Started {
  browser: Browser;
  close(): Promise<void>;
}

export async function startBrowser(storage: Storage = 'partitioned'): Promise<Started> {
  const profile = mkdtempSync(join(tmpdir(), 'parlour-chromium-'));
  mkdirSync(join(profile, 'Default'));
  const preferences = { profile: PREFERENCES[storage] };
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: ARGUMENTS });
  return {
    browser: context.browser()!,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
