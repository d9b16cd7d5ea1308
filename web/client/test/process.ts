// A real server on a fresh data directory, which can be killed and started again.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

const READY_MS = 30_000;

/** Neither a developer's server nor anything of its settings may leak into a run. */
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARLOUR_')));

/** Variables of a server beside those that every run has, by name: `{ PARLOUR_CHATS_IDLE_SECONDS: '5' }`. */
export type Settings = Record<string, string>;

/** Nobody waits a second between two messages here. */
const SETTINGS: Settings = {
  PARLOUR_LIVE_VISITOR_MESSAGES_PER_SECOND: '1000',
  PARLOUR_LIVE_VISITOR_MESSAGES_AT_ONCE: '1000',
  PARLOUR_LIVE_VISITOR_MESSAGES_PER_HOUR: '100000',
};

export class ServerProcess {
  readonly url: string;
  readonly agentId: string;
  readonly apiKey: string;
  readonly widgetId: string;
  readonly #binary: string;
  readonly #directory: string;
  readonly #listen: string;
  readonly #settings: Settings;
  #process: ChildProcess | null = null;
  #log = '';

  private constructor(binary: string, port: number, settings: Settings) {
    this.#binary = binary;
    this.#settings = { ...SETTINGS, ...settings };
    this.#directory = mkdtempSync(join(tmpdir(), 'parlour-e2e-'));
    this.#listen = `127.0.0.1:${port}`;
    this.url = `http://${this.#listen}`;
    const made = execFileSync(
      binary,
      ['init', '--data-dir', this.#directory, '--organization', 'Demo', '--email', 'owner@demo.example', '--name', 'Owner', '--json'],
      { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const { agentId, apiKey, widgetId } = JSON.parse(made.toString()) as Record<string, string>;
    this.agentId = agentId!;
    this.apiKey = apiKey!;
    this.widgetId = widgetId!;
  }

  static async start(binary: string, settings: Settings = {}): Promise<ServerProcess> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    const server = new ServerProcess(binary, port, settings);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const child = spawn(this.#binary, ['serve', '--data-dir', this.#directory, '--listen', this.#listen], {
      env: { ...ENVIRONMENT, ...this.#settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.#log = (this.#log + chunk.toString()).slice(-20_000)));
    }
    const isReady = async () => {
      if (child.exitCode !== null) throw new Error(`the server stopped:\n${this.#log}`);
      const answer = await fetch(`${this.url}/readyz`);
      if (!answer.ok) throw new Error(`not ready: ${answer.status}`);
    };
    await vi.waitFor(isReady, { interval: 50, timeout: READY_MS });
  }

  /** SIGKILL: what was not committed is gone. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  async remove(): Promise<void> {
    await this.kill('SIGTERM');
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
