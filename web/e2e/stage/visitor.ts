// Somebody with a browser of their own: a context of Chromium, and a record of what happens in it.
import type { BrowserContext, ConsoleMessage, Page, Request } from 'playwright-core';
import type { Embed, HostPage, Site } from './site.ts';

/** Below a test's own limit, so that it says what it was waiting for. */
const PATIENCE_MS = 15_000;

export class Visitor {
  readonly context: BrowserContext;
  /** Every request of all frames, the oldest first. */
  readonly requests: Request[] = [];
  readonly console: ConsoleMessage[] = [];
  /** Exceptions that nobody caught, in any frame. */
  readonly errors: Error[] = [];
  /** Policy violations in any frame: the directive, and what was blocked. */
  readonly violations: string[] = [];
  readonly #site: Site;
  readonly #embed: Embed;
  #screens = 0;

  constructor(context: BrowserContext, site: Site, embed: Embed) {
    this.context = context;
    this.#site = site;
    this.#embed = embed;
  }

  /** What is to be there before the first page: the records. */
  async prepare(): Promise<void> {
    this.context.setDefaultTimeout(PATIENCE_MS);
    this.context.on('request', (request) => this.requests.push(request));
    this.context.on('console', (message) => this.console.push(message));
    this.context.on('weberror', (error) => this.errors.push(error.error()));
    await this.context.exposeBinding('recordViolation', (_, violation: string) => this.violations.push(violation));
    await this.context.addInitScript(() => {
      const record = (globalThis as unknown as { recordViolation(violation: string): void }).recordViolation;
      addEventListener('securitypolicyviolation', (event) => record(`${event.effectiveDirective} ${event.blockedURI}`));
      // The button is in a closed root, for pages; tests and axe have to look into it.
      const attach = Element.prototype.attachShadow;
      Element.prototype.attachShadow = function (options) {
        return attach.call(this, { ...options, mode: 'open' });
      };
    });
  }

  /** Opens a page of the site in a new tab. */
  async open(page: HostPage = {}): Promise<Page> {
    const tab = await this.context.newPage();
    await tab.goto(this.put(page));
    return tab;
  }

  /** The address of a page that nobody has opened yet. */
  put(page: HostPage = {}): string {
    return this.#site.put(page, this.#embed);
  }

  /** The console's texts of a kind. */
  said(kind: 'warning' | 'error'): string[] {
    return this.console.filter((message) => message.type() === kind).map((message) => message.text());
  }

  /** What happened here, after a test that failed. */
  async tell(): Promise<void> {
    const records = [...this.console.map((message) => `${message.type()}: ${message.text()} ${message.location().url}`), ...this.errors.map(String), ...this.violations];
    const asked = this.requests.map((request) => `${request.method()} ${request.url()}`).filter((line) => !line.includes('/assets/'));
    process.stderr.write(`${['in the browser:', ...records, ...asked].join('\n  ')}\n`);
    const directory = process.env.SCREENSHOTS;
    if (!directory) return;
    for (const page of this.context.pages()) {
      this.#screens += 1;
      await page.screenshot({ path: `${directory}/${Date.now()}-${this.#screens}.png` });
    }
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
