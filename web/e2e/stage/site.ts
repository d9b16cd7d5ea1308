// A site on a host of its own, `localhost`, so that the widget on 127.0.0.1 stands on a page of another site.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a policy's `NONCE` becomes; scripts that a page writes itself have it. */
const NONCE = 'bm9uY2U';

/** A page of the site. */
export interface HostPage {
  /** What stands in the body. */
  body?: string;
  /** `window.BrevoConversationsSetup`, as far as JSON can tell it. */
  setup?: object;
  /** JavaScript that runs after `setup` is there and before the snippet. */
  script?: string;
  /**
   * How the widget comes in: `inline`, the contract's snippet with only the host changed; `tag`, a script element, for pages
   * with a nonce; `file`, scripts and snippet in a file of the site, for pages with an allow-list; `none`, not at all.
   */
  snippet?: 'inline' | 'tag' | 'file' | 'none';
  /** The file of the chat server that the snippet names. */
  loader?: string;
  /** A Content-Security-Policy, in which CHAT and NONCE are replaced. */
  policy?: string;
  headers?: Record<string, string>;
  /** The language of the page. */
  language?: string;
  /** What stands in the head beside all that. */
  head?: string;
}

/** Where the widget comes from. */
export interface Embed {
  chat: string;
  widgetId: string;
}

function scriptsOf(page: HostPage, { chat, widgetId }: Embed): { before: string; snippet: string } {
  const setup = page.setup ? `window.BrevoConversationsSetup = ${JSON.stringify(page.setup)};\n` : '';
  const id = `window.BrevoConversationsID = '${widgetId}';`;
  const snippet = `(function (d, w, c) {
  w.BrevoConversationsID = '${widgetId}';
  w[c] = w[c] || function () {
    (w[c].q = w[c].q || []).push(arguments);
  };
  var s = d.createElement('script');
  s.async = true;
  s.src = '${chat}/${page.loader ?? 'brevo-conversations.js'}';
  if (d.head) d.head.appendChild(s);
})(document, window, 'BrevoConversations');`;
  return { before: `${setup}${page.script ?? ''}`, snippet: page.snippet === 'tag' ? id : snippet };
}

function htmlOf(page: HostPage, embed: Embed, file: string): string {
  const { before, snippet } = scriptsOf(page, embed);
  const tag = (script: string) => `<script nonce="${NONCE}">${script}</script>`;
  const parts = {
    none: page.script ? tag(before) : '',
    inline: tag(before) + tag(snippet),
    tag: `${tag(`${before};${snippet}`)}<script nonce="${NONCE}" async src="${embed.chat}/${page.loader ?? 'widget.js'}"></script>`,
    file: `<script src="${file}"></script>`,
  };
  return `<!doctype html>
<html lang="${page.language ?? 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shop</title>
${page.head ?? ''}
${parts[page.snippet ?? 'inline']}
</head>
<body>
${page.body ?? '<main><h1>Shop</h1><p>Things.</p></main>'}
</body>
</html>`;
}

/** What is served at an address. */
interface SiteFile {
  type: string;
  text: string;
  headers: Record<string, string>;
}

export class Site {
  readonly origin: string;
  readonly #server: Server;
  readonly #files: Map<string, SiteFile>;
  #pages = 0;

  private constructor(server: Server, files: Map<string, SiteFile>) {
    this.#server = server;
    this.#files = files;
    this.origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  }

  static async open(): Promise<Site> {
    const files = new Map<string, SiteFile>();
    const server = createServer((request, response) => {
      const file = files.get(new URL(request.url ?? '/', 'http://localhost').pathname);
      if (!file) return void response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end();
      response.writeHead(200, { 'content-type': file.type, ...file.headers }).end(file.text);
    }).listen(0, 'localhost');
    await once(server, 'listening');
    return new Site(server, files);
  }

  /** Puts a page on the site and gives its address. */
  put(page: HostPage, embed: Embed): string {
    this.#pages += 1;
    const path = `/page-${this.#pages}`;
    const headers = { ...page.headers };
    if (page.policy) {
      headers['content-security-policy'] = page.policy.replaceAll('CHAT', embed.chat).replaceAll('NONCE', `'nonce-${NONCE}'`);
    }
    const { before, snippet } = scriptsOf(page, embed);
    this.#files.set(`${path}.js`, { type: 'text/javascript', text: `${before};\n${snippet}`, headers: {} });
    this.#files.set(path, { type: 'text/html; charset=utf-8', text: htmlOf(page, embed, `${path}.js`), headers });
    return this.origin + path;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
