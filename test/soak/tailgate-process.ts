import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Usage } from './report-usage.ts';

/** A crash tells its reason in a few lines. */
const LAST_LINES = 20;

/** What `npm start` runs, in a process of its own that reports what it holds. */
export class TailgateProcess {
  readonly #child: ChildProcess;
  /** Traces that were decided, as the log says. */
  decided = 0;
  /** How late the last batch of decisions was. */
  lagMs = 0;
  /** Warnings and errors in the log. */
  readonly troubles: string[] = [];
  /** The last lines that are not of the log. */
  readonly lastLines: string[] = [];
  wasReady = false;
  latest: Usage = { rssBytes: 0, heapBytes: 0, openFiles: 0, cpuSeconds: 0 };
  #ready: (url: string) => void = () => {};
  /** Base URL for OTLP. Rejects when the process ends instead. */
  readonly url: Promise<string>;
  /** How it has ended: `code 0`, `signal SIGKILL`. */
  readonly ended: Promise<string>;

  constructor(...args: readonly string[]) {
    const reporter = fileURLToPath(new URL('report-usage.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', reporter, 'bin/tailgate.mjs', 'start', '--port', '0', ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    // 'close' comes after the last line.
    this.ended = once(child, 'close').then(([code, signal]) => (code === null ? `signal ${signal}` : `code ${code}`));
    this.url = new Promise((resolve, reject) => {
      this.#ready = resolve;
      void this.ended.then((how) => {
        reject(new Error(`tailgate ended with ${how}: ${[...this.lastLines, ...this.troubles.slice(-5)].join('\n')}`));
      });
    });
    this.url.catch(() => undefined);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface(stream).on('line', (line) => this.#read(line));
    }
    child.on('message', (usage) => {
      this.latest = usage as Usage;
    });
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #read(line: string): void {
    const url = /^ready (http:\S+)$/.exec(line)?.[1];
    if (url !== undefined) {
      this.wasReady = true;
      this.#ready(url);
    }
    if (!line.startsWith('{')) {
      this.lastLines.push(line);
      if (this.lastLines.length > LAST_LINES) this.lastLines.shift();
      return;
    }
    const entry: Record<string, unknown> = JSON.parse(line);
    if (entry['message'] === 'decision batch') {
      this.decided += Number(entry['received']);
      this.lagMs = Number(entry['maxLagMs']);
    }
    if (entry['level'] === 'WARN' || entry['level'] === 'ERROR') this.troubles.push(line);
  }
}
