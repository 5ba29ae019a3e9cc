import type { DecideWakeUps, DeliveredWakeUp } from '../../functions/decide/decide-delivered.ts';
import type { Log } from '../../functions/shared/logger.ts';
import type { Clock } from '../pipeline/ports.ts';
import type { Outage } from './outage.ts';
import { Sleep } from './sleep.ts';

/** The receiving side of the wake-up queue. */
export interface LocalQueue {
  /** Messages that are visible; they are hidden for a while. */
  receive(limits: { readonly maxMessages: number; readonly maxFragments: number }): Promise<readonly DeliveredWakeUp[]>;
  acknowledge(messageIds: readonly string[]): Promise<void>;
  /** When the next message becomes visible, perhaps in the past; `undefined`: there is none. */
  nextVisibleAtMs(): number | undefined;
}

export interface DecisionLoopDeps {
  readonly queue: LocalQueue;
  readonly decide: DecideWakeUps;
  /** Deletes what is no longer needed, in one bounded step. Resolves to whether there is more to do. */
  readonly cleanUp: () => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  /** Says once, for all parts, that the disk cannot be written. */
  readonly outage: Pick<Outage, 'note'>;
}

export interface DecisionLoopOptions {
  /**
   * How long a due wake-up waits for others, so that a batch, and with it an archive object, has many traces. What a full batch
   * leaves does not wait.
   */
  readonly batchWindowMs: number;
  readonly maxMessages: number;
  /** Bounds how long a batch takes, and what it holds in memory. */
  readonly maxFragments: number;
}

/** 2 s: at most 1,800 objects an hour, however little arrives. */
export const DEFAULT_LOOP_OPTIONS: DecisionLoopOptions = {
  batchWindowMs: 2_000,
  maxMessages: 500,
  maxFragments: 5_000,
};

const PAUSE_AFTER_ERROR_MS = 1_000;
/** While nothing else happens, what has expired is looked for this often. */
const CLEAN_UP_MS = 60_000;
/** A step deletes 100 rows. A batch may leave a record for each of its fragments, which must not be faster. */
const FRAGMENTS_PER_CLEAN_UP = 50;

/**
 * Replaces SQS's event source of Lambda: hands batches of due wake-ups to the handler, and acknowledges those that the handler
 * did not report as failed. Cleans up between batches, one step at a time. Sleeps until the next wake-up is due.
 */
export class DecisionLoop {
  readonly #deps: DecisionLoopDeps;
  readonly #options: DecisionLoopOptions;
  readonly #sleep: Sleep;
  readonly #stopped: Promise<void>;
  #isStopping = false;
  #mustCleanUp = true;

  constructor(deps: DecisionLoopDeps, options: DecisionLoopOptions = DEFAULT_LOOP_OPTIONS) {
    this.#deps = deps;
    this.#options = options;
    this.#sleep = new Sleep(deps.clock);
    this.#stopped = this.#run();
  }

  /** A message was sent that becomes visible at this time: earlier, perhaps, than the loop meant to look again. */
  expect(visibleAtMs: number): void {
    this.#sleep.endBy(visibleAtMs + this.#options.batchWindowMs);
  }

  /** Finishes the current batch. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#sleep.endBy(0);
    await this.#stopped;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.#step();
      } catch (error) {
        if (!this.#deps.outage.note(error)) this.#deps.log.error('decision loop failed', { error });
        if (!this.#isStopping) await this.#sleep.until(this.#deps.clock.now() + PAUSE_AFTER_ERROR_MS);
      }
    }
  }

  async #step(): Promise<void> {
    const { queue, clock } = this.#deps;
    const nowMs = clock.now();
    const batchDueAtMs = (queue.nextVisibleAtMs() ?? Number.POSITIVE_INFINITY) + this.#options.batchWindowMs;
    if (batchDueAtMs <= nowMs) {
      await this.#decideAllVisible();
    } else if (this.#mustCleanUp) {
      await this.#cleanUp(1);
    } else {
      await this.#sleep.until(Math.min(batchDueAtMs, nowMs + CLEAN_UP_MS));
      this.#mustCleanUp = clock.now() >= nowMs + CLEAN_UP_MS;
    }
  }

  /** Decides batches until one is not full: what comes later has a window of its own. */
  async #decideAllVisible(): Promise<void> {
    const { queue, decide } = this.#deps;
    const { maxMessages, maxFragments } = this.#options;
    for (let isFull = true; isFull && !this.#isStopping; ) {
      const batch = await queue.receive({ maxMessages, maxFragments });
      if (batch.length === 0) return;
      const failed = new Set(await decide(batch));
      await queue.acknowledge(batch.map(({ messageId }) => messageId).filter((id) => !failed.has(id)));
      const fragments = batch.reduce((sum, { wakeUp }) => sum + wakeUp.fragments.length, 0);
      await this.#cleanUp(1 + fragments / FRAGMENTS_PER_CLEAN_UP);
      isFull = batch.length === maxMessages || fragments > maxFragments / 2;
    }
  }

  async #cleanUp(maxSteps: number): Promise<void> {
    this.#mustCleanUp = true;
    try {
      for (let step = 1; step <= maxSteps && this.#mustCleanUp; step++) this.#mustCleanUp = await this.#deps.cleanUp();
    } catch (error) {
      // Deleting takes room as well: decisions must not wait for it.
      if (!this.#deps.outage.note(error)) throw error;
      this.#mustCleanUp = false;
    }
  }
}
