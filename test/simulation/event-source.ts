import { decodeWakeUp } from '../../lib/aws/sqs/wake-up-message.ts';
import type { Random } from '../../lib/traffic/random.ts';
import type { MessageSource } from './engine.ts';
import type { Faults } from './faults.ts';
import { describeBody, type Message, namesIn } from './queue.ts';
import type { Process, Scheduler } from './scheduler.ts';
import type { Timeline } from './timeline.ts';

/** An instance of decide, kept for the next invocations as long as it lives. */
export interface DecideInstance {
  readonly process: Process;
  readonly invoke: (messages: readonly Message[], remainingMs: () => number) => Promise<ReadonlySet<string>>;
}

export interface EventSourceDeps {
  readonly scheduler: Scheduler;
  readonly queue: MessageSource;
  readonly faults: Faults;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly newInstance: () => DecideInstance;
  /** The fragments that an invocation sees which is woken for this one: names, `[tenant/]trace/hash`. */
  readonly seenWith: (name: string) => readonly string[];
}

export interface EventSourceOptions {
  /** Invocations at the same time. */
  readonly instances: number;
  readonly maxBatch: number;
  readonly visibilityTimeoutMs: number;
  /** Lambda kills an invocation that takes longer. */
  readonly functionTimeoutMs: number;
  readonly isLarge: boolean;
}

/** Somebody else gets the message as well, at most so long after the first. */
const MAX_DUPLICATE_DELAY_MS = 5_000;
const ACTOR = 'sqs';

/**
 * The event source of Lambda: hands messages that are visible to instances of decide, in any order, some of them twice, and deletes
 * what the function does not report as failed.
 */
export class EventSource {
  readonly #deps: EventSourceDeps;
  readonly #options: EventSourceOptions;
  readonly #running = new Set<Process>();
  #idle: DecideInstance[] = [];
  #stalledUntilMs = 0;
  /** Names of the fragments that an invocation has seen which returned well, acknowledged them itself, or may have left a note. */
  readonly settledInTime = new Set<string>();
  /** What was there of what a message names, when it was last handed to an invocation. */
  readonly #seenOf = new Map<string, readonly string[]>();

  constructor(deps: EventSourceDeps, options: EventSourceOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** A message becomes visible then. */
  expect(visibleAtMs: number): void {
    const { scheduler, random } = this.#deps;
    scheduler.after(visibleAtMs - scheduler.nowMs + random.between(0, 300), () => this.#poll());
  }

  /** An invocation acknowledges these messages before it returns. */
  settle(ids: readonly string[]): void {
    for (const name of ids.flatMap((id) => this.#seenOf.get(id) ?? [])) this.settledInTime.add(name);
  }

  stall(forMs: number): void {
    const { scheduler, timeline } = this.#deps;
    timeline.add(ACTOR, 'stall', `for ${forMs / 1000} s`);
    this.#stalledUntilMs = scheduler.nowMs + forMs;
    scheduler.after(forMs, () => this.#poll());
  }

  #poll(): void {
    const { scheduler } = this.#deps;
    if (scheduler.nowMs >= this.#stalledUntilMs) scheduler.hold(this.#invokeAll());
  }

  async #invokeAll(): Promise<void> {
    const { queue, random, faults } = this.#deps;
    const { instances, maxBatch, visibilityTimeoutMs } = this.#options;
    const hiddenMs = () => {
      const fault = faults.next('deliver', ACTOR);
      return fault === undefined ? visibilityTimeoutMs : Math.min(fault.ms, MAX_DUPLICATE_DELAY_MS);
    };
    for (;;) {
      const working = [...this.#running].filter((process) => !process.isFrozen);
      if (working.length >= instances) return;
      const batch = await queue.receive(Math.ceil(random.between(0, maxBatch)), hiddenMs);
      if (batch.length === 0) return;
      this.#invoke(batch);
    }
  }

  #invoke(batch: readonly Message[]): void {
    const { scheduler, timeline, random } = this.#deps;
    const instance = this.#instance();
    const { process } = instance;
    timeline.add(process.name, 'invoked', batch.map(({ id }) => id).join(' '), () =>
      batch.map(({ body }) => describeBody(body)).join('; '),
    );
    this.#running.add(process);
    const deadlineMs = scheduler.nowMs + this.#options.functionTimeoutMs;
    let isOver = false;
    const finish = () => {
      isOver = true;
      this.#running.delete(process);
      if (!process.isDead) this.#idle.push(instance);
      scheduler.after(random.between(0, 50), () => this.#poll());
    };
    scheduler.after(this.#options.functionTimeoutMs, () => {
      if (isOver) return;
      isOver = true;
      this.#running.delete(process);
      // One that is frozen was given up, and goes on all the same: a zombie.
      if (!process.isFrozen && !process.isDead) {
        timeline.add(process.name, 'timeout', 'killed');
        process.die();
      }
      this.#poll();
    });
    const remainingMs = () => deadlineMs - scheduler.nowMs;
    const inTime = batch.map(({ body }) => namesIn(decodeWakeUp(body)).flatMap(this.#deps.seenWith));
    for (const [index, { id }] of batch.entries()) this.#seenOf.set(id, inTime[index] ?? []);
    // The note on a large trace outlives the invocation that took it: later ones settle what it has seen.
    if (this.#options.isLarge) for (const name of inTime.flat()) this.settledInTime.add(name);
    process.resume(() => {
      instance.invoke(batch, remainingMs).then(
        (failed) => {
          timeline.add(process.name, 'returns', `failed: ${[...failed].join(' ') || 'none'}`);
          if (isOver) return;
          finish();
          for (const [index, { id }] of batch.entries()) {
            if (failed.has(id)) continue;
            for (const name of inTime[index] ?? []) this.settledInTime.add(name);
            this.#acknowledge(id);
          }
        },
        () => {
          timeline.add(process.name, 'throws', '');
          if (!isOver) finish();
        },
      );
    });
  }

  #instance(): DecideInstance {
    const alive = this.#idle.filter(({ process }) => !process.isDead && !process.isFrozen);
    const { random, newInstance } = this.#deps;
    const warm = random.between(0, 4) < 3 ? alive[Math.floor(random.between(0, alive.length))] : undefined;
    const instance = warm ?? newInstance();
    this.#idle = this.#idle.filter((other) => other !== instance);
    return instance;
  }

  #acknowledge(id: string): void {
    const { scheduler, faults, timeline, queue, random } = this.#deps;
    const fault = faults.next('acknowledge', ACTOR);
    if (fault !== undefined) timeline.add(ACTOR, 'acknowledge', 'lost', () => id);
    else scheduler.after(random.between(0, 20), () => scheduler.hold(queue.delete(id)));
  }
}
