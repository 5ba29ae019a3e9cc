import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Usage } from './report-usage.ts';

/** What `npm start` runs, in a process of its own that reports what it holds. */
export class TailgateProcess {
  readonly #child: ChildProcess;
  /** Traces that were decided, as the log says. */
  decided = 0;
  /** Warnings and errors in the log. */
  readonly troubles: string[] = [];
  latest: Usage = { rssBytes: 0, heapBytes: 0, openFiles: 0, cpuSeconds: 0 };
  #ready: (url: string) => void = () => {};
  /** Base URL for OTLP. Rejects when the process ends instead. */
  readonly url: Promise<string>;

  constructor(...args: readonly string[]) {
    const reporter = fileURLToPath(new URL('report-usage.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', reporter, 'bin/tailgate.mjs', 'start', '--port', '0', ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.url = new Promise((resolve, reject) => {
      this.#ready = resolve;
      child.once('exit', (code) => reject(new Error(`tailgate ended with ${code}: ${this.troubles.join('\n')}`)));
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

  #read(line: string): void {
    const url = /^ready (http:\S+)$/.exec(line)?.[1];
    if (url !== undefined) this.#ready(url);
    if (!line.startsWith('{')) return;
    const entry: Record<string, unknown> = JSON.parse(line);
    if (entry['message'] === 'decision batch') this.decided += Number(entry['received']);
    if (entry['level'] === 'WARN' || entry['level'] === 'ERROR') this.troubles.push(line);
  }
}
