import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Usage } from './report-usage.ts';

/** What `npm start` runs, in a process of its own that reports what it holds. */
export class TailgateProcess {
  readonly url: string;
  /** Since the process was made. */
  readonly readyAfterMs: number;
  readonly #child: ChildProcess;
  readonly #ended = new AbortController();

  private constructor(child: ChildProcess, url: string, readyAfterMs: number) {
    this.#child = child;
    this.url = url;
    this.readyAfterMs = readyAfterMs;
    child.once('exit', (code) => this.#ended.abort(new Error(`tailgate ended with ${code}`)));
  }

  static async start(...args: readonly string[]): Promise<TailgateProcess> {
    const started = performance.now();
    const reporter = fileURLToPath(new URL('report-usage.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', reporter, 'bin/tailgate.mjs', 'start', '--port', '0', ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk) => {
          // The log is read, so that the process can go on, and dropped after its beginning.
          if (output.length < 10_000) output += chunk;
          const ready = /^ready (http:\S+)$/m.exec(output)?.[1];
          if (ready !== undefined) resolve(ready);
        });
      }
      child.once('exit', (code) => reject(new Error(`tailgate ended with ${code} before it was ready: ${output}`)));
    });
    return new TailgateProcess(child, url, performance.now() - started);
  }

  /** What the process holds: its next report. */
  async nextUsage(): Promise<Usage> {
    const [usage] = await once(this.#child, 'message', { signal: this.#ended.signal });
    return usage as Usage;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}
