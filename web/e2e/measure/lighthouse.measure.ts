// A bare page with and without the widget, as Lighthouse sees it: its performance may not change by more than one point, and
// its accessibility is full.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import lighthouse from 'lighthouse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ARGUMENTS, CHROMIUM } from '../stage/browser.ts';
import { useStage } from '../stage.ts';
import { median, report } from './report.ts';

const ROUNDS = 5;
const stage = useStage();
const profile = mkdtempSync(join(tmpdir(), 'parlour-lighthouse-'));
let browser: ChildProcess;
let port = 0;

beforeAll(async () => {
  browser = spawn(CHROMIUM, ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...ARGUMENTS], { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: browser.stderr! })) {
    const found = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(line);
    if (!found) continue;
    port = Number(found[1]);
    break;
  }
});
afterAll(async () => {
  browser.kill();
  await once(browser, 'exit');
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});

interface Scores {
  performance: number;
  accessibility: number;
  blocking: number;
  shift: number;
}

async function scoresOf(url: string): Promise<Scores> {
  const rounds: Scores[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const result = await lighthouse(url, { port, onlyCategories: ['performance', 'accessibility'], logLevel: 'error' });
    const { categories, audits } = result!.lhr;
    rounds.push({
      performance: Math.round(categories.performance!.score! * 100),
      accessibility: Math.round(categories.accessibility!.score! * 100),
      blocking: audits['total-blocking-time']!.numericValue!,
      shift: audits['cumulative-layout-shift']!.numericValue!,
    });
  }
  const of = (name: keyof Scores) => median(rounds.map((round) => round[name]));
  return { performance: of('performance'), accessibility: of('accessibility'), blocking: of('blocking'), shift: of('shift') };
}

test('Lighthouse', async () => {
  const visitor = await stage.visitor();
  const body = `<main><h1>Shop</h1>${'<p>A paragraph of the page.</p>'.repeat(20)}</main>`;
  const head = '<meta name="description" content="A page to measure">';
  const without = await scoresOf(visitor.put({ snippet: 'none', body, head }));
  const widget = await scoresOf(visitor.put({ body, head }));
  const line = (name: string, { performance, accessibility, blocking, shift }: Scores) =>
    report(`${name}: performance ${performance}, accessibility ${accessibility}, total blocking time ${blocking} ms, layout shift ${shift}`);
  line(`without the widget, median of ${ROUNDS}`, without);
  line(`with the widget, median of ${ROUNDS}`, widget);
  expect(Math.abs(widget.performance - without.performance)).toBeLessThanOrEqual(1);
  expect(widget.accessibility).toBe(100);
});
