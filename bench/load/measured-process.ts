import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Linux counts processor time in hundredths of a second, for whoever asks. */
const TICKS_PER_SECOND = 100;

/** A server in a process of its own: its output line by line, and what it uses, as Linux tells. */
export class MeasuredProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  #tail: string[] = [];

  constructor(command: string, args: readonly string[], onLine: (line: string) => void) {
    this.#name = command;
    this.#child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on('line', (line) => {
        this.#tail = [...this.#tail.slice(-20), line];
        onLine(line);
      });
    }
    process.once('exit', () => this.#child.kill('SIGKILL'));
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Of all its threads, since it was started. */
  get cpuSeconds(): number {
    const text = this.#read('stat');
    // The second field is the name in brackets, which may have spaces; user and system time are the 14th and the 15th.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  get rssBytes(): number {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(this.#read('status'))?.[1]) * 1024;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.hasEnded) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }

  /** @throws with its last words when it has ended */
  assertRuns(): void {
    if (this.hasEnded) throw new Error(`${this.#name} ended:\n${this.#tail.join('\n')}`);
  }

  #read(file: 'stat' | 'status'): string {
    this.assertRuns();
    return readFileSync(`/proc/${this.#child.pid}/${file}`, 'utf8');
  }
}
