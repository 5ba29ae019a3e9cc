import type { Clock } from '../../lib/pipeline/ports.ts';

/** When every history begins. */
export const START_MS = Date.UTC(2026, 10, 21, 12);

interface ScheduledEvent {
  readonly atMs: number;
  readonly run: () => void;
}

/** A history that has more events than this does not come to rest. */
const MAX_EVENTS = 60_000;

/**
 * Virtual time. Everything that happens in a history is an event at a time; one is run after the other, those of the same time in
 * the order in which they were planned. An event that lets code of the pipeline go on is followed by everything that this code
 * does until all of it waits for events again, so that nothing depends on the machine:
 * ```
 *   next event ─▶ answers a call ─▶ code runs, makes other calls = plans events ─▶ all of it waits ─▶ next event
 * ```
 */
export class Scheduler {
  #nowMs = START_MS;
  /** The next one last. */
  readonly #events: ScheduledEvent[] = [];
  #hasResumed = false;
  #held: Promise<unknown>[] = [];
  eventCount = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): void {
    const atMs = this.#nowMs + Math.max(0, ms);
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const event = this.#events[middle];
      if (event !== undefined && event.atMs > atMs) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, { atMs, run });
  }

  /** Lets code go on that awaits something. */
  resume(run: () => void): void {
    this.#hasResumed = true;
    run();
  }

  /** Lets no other event come before this has ended: work that is not simulated, such as that of a database. */
  hold(work: Promise<unknown>): void {
    this.#held.push(work);
  }

  /** Runs until nothing more is planned. `false`: it does not come to rest. */
  async run(): Promise<boolean> {
    await settled();
    for (let event = this.#events.pop(); event !== undefined; event = this.#events.pop()) {
      this.eventCount += 1;
      if (this.eventCount > MAX_EVENTS) return false;
      this.#nowMs = event.atMs;
      event.run();
      for (let work = this.#held.shift(); work !== undefined; work = this.#held.shift()) await work;
      if (this.#hasResumed) await settled();
      this.#hasResumed = false;
    }
    return true;
  }
}

/** Microtasks run before the event loop turns: whatever can go on has gone on then. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A process of the pipeline: code that runs until it is killed, that can stand still, and has a clock of its own. */
export class Process {
  readonly name: string;
  readonly clock: Clock;
  readonly #scheduler: Scheduler;
  #isDead = false;
  #frozenUntilMs = 0;

  /** @param skewMs how far its clock is ahead */
  constructor(name: string, scheduler: Scheduler, skewMs: number) {
    this.name = name;
    this.#scheduler = scheduler;
    this.clock = { now: () => Math.floor(scheduler.nowMs + skewMs) };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isFrozen(): boolean {
    return this.#frozenUntilMs > this.#scheduler.nowMs;
  }

  /** It does nothing more. What it has sent still arrives. */
  die(): void {
    this.#isDead = true;
  }

  /** It stands still for a while, and then goes on as if nothing had been. */
  freeze(ms: number): void {
    this.#frozenUntilMs = this.#scheduler.nowMs + ms;
  }

  /** Lets it go on with something it waited for: once it is no longer frozen, and never if it is dead. */
  resume(run: () => void): void {
    if (this.#isDead) return;
    if (this.isFrozen) this.#scheduler.after(this.#frozenUntilMs - this.#scheduler.nowMs, () => this.resume(run));
    else this.#scheduler.resume(run);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#scheduler.after(ms, () => this.resume(resolve)));
  }
}
