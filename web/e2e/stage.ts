// What browser tests stand on: the real server, a site on another host, Chromium, and an agent.
//
//   const stage = useStage();                        // once in a file; one server and one browser for all its tests
//   test('…', async () => {
//     const visitor = await stage.visitor();         // a browser of their own; closed after the test
//     const page = await visitor.open({ setup: { buttonStyle: 'tab' } });   // a page of the site with the snippet
//     const panel = await openPanel(page);           // the panel's frame, by a click on the button
//     await write(panel, 'hello');
//     const id = await stage.desk.conversationOf('hello');
//     await stage.desk.send(id, 'how can I help?');
//     await shows(panel, ['hello', 'how can I help?']);
//   });
//
// `visitor` records what its browser did: `requests`, `console`, `errors`, `violations`. The binary is named by
// PARLOUR_BINARY, the browser by CHROMIUM; with PARLOUR_WEB_DEV the server takes the front-ends from that directory.
// Nothing here sleeps: `until` asks again until what is expected holds. Of a failed test the browsers' records are printed,
// and with SCREENSHOTS=directory what they showed is kept there.
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { ServerProcess, type Settings } from '../client/test/process.ts';
import { type Started, startBrowser } from './stage/browser.ts';
import { Desk } from './stage/desk.ts';
import { Line } from './stage/line.ts';
import { Site } from './stage/site.ts';
import { Visitor } from './stage/visitor.ts';

export { buttonOf, composerOf, history, messages, openPanel, panelOf, shows, write } from './stage/panel.ts';
export type { HostPage } from './stage/site.ts';
export { until } from './stage/until.ts';
export type { Visitor } from './stage/visitor.ts';

/** Every visitor of a run comes from one address. */
const SETTINGS: Settings = {
  PARLOUR_LIMITS_VISITOR_TOKENS_PER_HOUR: '100000',
  PARLOUR_LIMITS_UNKNOWN_VISITOR_IDS_PER_MINUTE: '100000',
  PARLOUR_LIMITS_API_KEY_PER_SECOND: '1000',
  PARLOUR_LIMITS_API_KEY_BURST: '10000',
  PARLOUR_LIMITS_API_KEY_PER_HOUR: '1000000',
};

export interface Stage {
  server: ServerProcess;
  site: Site;
  desk: Desk;
  /** A line to the server that can be cut, for a `visitor` who is given it. */
  line: Line;
  browser: Browser;
  /** Somebody with a browser of their own, until the end of the test. */
  visitor(options?: BrowserContextOptions, by?: { line?: Line; browser?: Browser }): Promise<Visitor>;
}

/** Starts a server for the tests. */
export function serve(settings: Settings = {}): Promise<ServerProcess> {
  const binary = process.env.PARLOUR_BINARY;
  if (!binary) throw new Error('PARLOUR_BINARY names the server: make e2e');
  const front = process.env.PARLOUR_WEB_DEV ? { PARLOUR_WEB_DEV: process.env.PARLOUR_WEB_DEV } : {};
  return ServerProcess.start(binary, { ...SETTINGS, ...front, ...settings });
}

/** The stage of a test file. Its parts are there when the tests run. */
export function useStage(settings: Settings = {}): Stage {
  let visitors: Visitor[] = [];
  let started: Started | undefined;
  const stage = {
    async visitor(options: BrowserContextOptions = {}, { line, browser = stage.browser }: { line?: Line; browser?: Browser } = {}) {
      const context = await browser.newContext({ locale: 'en-GB', ...options });
      const embed = { chat: line?.url ?? stage.server.url, widgetId: stage.server.widgetId };
      const visitor = new Visitor(context, stage.site, embed);
      visitors.push(visitor);
      await visitor.prepare();
      return visitor;
    },
  } as Stage;
  beforeAll(async () => {
    stage.line = await Line.open();
    const allowed = { PARLOUR_LIVE_ALLOW_ORIGINS: stage.line.url, ...settings };
    [stage.server, stage.site, started] = await Promise.all([serve(allowed), Site.open(), startBrowser()]);
    stage.browser = started.browser;
    stage.line.lead(stage.server.url);
    stage.desk = new Desk(stage.server);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await Promise.all(visitors.map((visitor) => visitor.tell()));
    await Promise.all(visitors.map((visitor) => visitor.close()));
    visitors = [];
    stage.line.mend();
  });
  afterAll(async () => {
    stage.desk?.end();
    stage.line?.close();
    stage.site?.close();
    await started?.close();
    await stage.server?.remove();
  });
  return stage;
}
