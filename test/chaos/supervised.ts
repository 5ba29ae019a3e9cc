import { setTimeout as sleep } from 'node:timers/promises';
import { TailgateProcess } from '../soak/tailgate-process.ts';
import type { FaultyProxy } from './proxy.ts';
import { countTroubles } from './troubles.ts';

/** How long a process may take to be ready, and to stop in good order. */
const READY_MS = 60_000;
const STOP_MS = 30_000;
const RESTART_MS = 500;
/** After so many the run is over. */
const MAX_FAULTS = 20;

export interface Sample {
  readonly rssBytes: number;
  readonly lagMs: number;
}

/** `tailgate start`, started again whenever it ends, as a supervisor does. */
export class Supervised {
  readonly #args: readonly string[];
  readonly #proxy: FaultyProxy;
  #process: TailgateProcess | undefined;
  /** Counts what it was told: a start that was overtaken gives up, and an end that was wanted is no fault. */
  #orders = 0;
  /** Whether a start may fail now, because there is no room on the disk. */
  mayFailToStart = false;
  readonly counts = { starts: 0, failedStarts: 0 };
  /** What must not happen: it ended by itself, did not start, or did not stop. */
  readonly faults: string[] = [];
  /** Warnings and errors in the log: the text, without what changes, with how often. */
  readonly troubles = new Map<string, number>();

  constructor(args: readonly string[], proxy: FaultyProxy) {
    this.#args = args;
    this.#proxy = proxy;
  }

  /** Resolves when it is ready, or was told otherwise. */
  async start(): Promise<void> {
    const order = ++this.#orders;
    while (order === this.#orders) {
      this.counts.starts += 1;
      const child = new TailgateProcess(...this.#args);
      this.#process = child;
      void child.ended.then((how) => this.#onEnd(child, how, order));
      const started = await Promise.race([child.url.catch((error: Error) => error), sleep(READY_MS)]);
      if (order !== this.#orders) return;
      if (typeof started === 'string') {
        this.#proxy.target = Number(new URL(started).port);
        return;
      }
      if (!this.mayFailToStart) {
        this.faults.push(`did not start: ${started?.message ?? `not ready after ${READY_MS} ms`}`);
        if (this.faults.length > MAX_FAULTS) throw new Error(this.faults.join('\n'));
      }
      this.counts.failedStarts += 1;
      await child.stop('SIGKILL');
      await sleep(RESTART_MS);
    }
  }

  async kill(): Promise<void> {
    this.#orders += 1;
    this.#proxy.target = undefined;
    await this.#process?.stop('SIGKILL');
  }

  async terminate(): Promise<void> {
    this.#orders += 1;
    const child = this.#process;
    if (child === undefined) return;
    // Before it is ready a signal ends it as it would end any process.
    const { wasReady } = child;
    const how = await Promise.race([child.stop('SIGTERM').then(() => child.ended), sleep(STOP_MS)]);
    this.#proxy.target = undefined;
    if (how === 'code 0' || (!wasReady && how !== undefined)) return;
    this.faults.push(`SIGTERM: ${how ?? `still runs after ${STOP_MS} ms`}`);
    await child.stop('SIGKILL');
  }

  async pause(ms: number): Promise<void> {
    this.#process?.signal('SIGSTOP');
    await sleep(ms);
    this.#process?.signal('SIGCONT');
  }

  sample(): Sample {
    return { rssBytes: this.#process?.latest.rssBytes ?? 0, lagMs: this.#process?.lagMs ?? 0 };
  }

  async #onEnd(child: TailgateProcess, how: string, order: number): Promise<void> {
    countTroubles(child.troubles, this.troubles);
    // Before it was ready, start() has seen it.
    if (order !== this.#orders || !child.wasReady) return;
    this.#proxy.target = undefined;
    this.faults.push(`ended by itself with ${how}: ${child.lastLines.join(' | ')}`);
    await this.start();
  }
}
