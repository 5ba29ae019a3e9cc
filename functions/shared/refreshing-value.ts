import type { Clock } from '../../lib/pipeline/ports.ts';

export interface RefreshingValueDeps<Value> {
  /** Reads the value. @param lastGood the value as last read */
  readonly load: (lastGood: Value | undefined) => Promise<Value>;
  readonly clock: Clock;
  /** Called when a refresh fails; the last good value stays in use. @param ageMs how old that is */
  readonly onFailure: (error: unknown, ageMs: number) => void;
}

export interface RefreshingValueOptions {
  /** From this age on a value is refreshed in the background, while callers get the old one. @default a minute */
  readonly maxAgeMs?: number;
  /** From this age on {@link RefreshingValue.current} waits for the refresh: the instance was idle. @default two minutes */
  readonly waitFromAgeMs?: number;
}

const MINUTE_MS = 60_000;
/** Longest time that a caller waits for a refresh. */
const MAX_WAIT_MS = 1000;
/** Pause after a failed refresh. */
const RETRY_AFTER_MS = 10_000;
/** A reading that takes longer was frozen together with its instance between two invocations, and may never finish. */
const ABANDONED_AFTER_MS = 10_000;

interface Reading<Value> {
  readonly startedAtMs: number;
  readonly value: Promise<Value>;
}

/**
 * A value from another service that each instance of a function keeps, and reads again about once a minute while it is in use
 * (stale while revalidate):
 * ```
 *   age      0 ─────────── maxAgeMs ─────────────────── waitFromAgeMs ─────────────────▶
 *   current  held value    held value, refresh begins   waits for the refresh, 1 s at most
 * ```
 * Once there is a value, a failure of the service does not reach the callers: the last good value stays.
 */
export class RefreshingValue<Value> {
  readonly #deps: RefreshingValueDeps<Value>;
  readonly #options: Required<RefreshingValueOptions>;
  #held: { readonly value: Value; readonly readAtMs: number } | undefined;
  /** The newest reading, until it ends. */
  #reading: Reading<Value> | undefined;
  #lastStartMs = Number.NEGATIVE_INFINITY;
  #lastFailed = false;

  constructor(deps: RefreshingValueDeps<Value>, options: RefreshingValueOptions = {}) {
    this.#deps = deps;
    this.#options = { maxAgeMs: MINUTE_MS, waitFromAgeMs: 2 * MINUTE_MS, ...options };
  }

  /** Whether the newest attempt to read the value failed. */
  get lastFailed(): boolean {
    return this.#lastFailed;
  }

  /** The value as last read. @throws when it was never read, and cannot be read now */
  async current(): Promise<Value> {
    const held = this.#held;
    if (held === undefined) return this.#readingUnderWay() ?? this.#read();
    const { maxAgeMs, waitFromAgeMs } = this.#options;
    const ageMs = this.#now() - held.readAtMs;
    const mayStart = this.#readingUnderWay() === undefined && (!this.#lastFailed || this.#isOver(RETRY_AFTER_MS));
    if (ageMs >= maxAgeMs && mayStart) {
      const refreshed = this.#refresh();
      if (ageMs >= waitFromAgeMs) await atMost(MAX_WAIT_MS, refreshed);
    }
    return (this.#held ?? held).value;
  }

  /** The value, read again unless that was last tried less than `minIntervalMs` ago. @throws as {@link current} */
  async reread(minIntervalMs: number): Promise<Value> {
    const held = this.#held;
    if (held === undefined) return this.current();
    const underWay = this.#readingUnderWay();
    if (underWay !== undefined) await underWay.catch(() => undefined);
    else if (this.#isOver(minIntervalMs)) await this.#refresh();
    return (this.#held ?? held).value;
  }

  /** Never rejects. */
  #refresh(): Promise<void> {
    return this.#read().then(
      () => undefined,
      (error: unknown) => this.#deps.onFailure(error, this.#now() - (this.#held?.readAtMs ?? this.#now())),
    );
  }

  #read(): Promise<Value> {
    const startedAtMs = this.#now();
    const reading: Reading<Value> = { startedAtMs, value: this.#deps.load(this.#held?.value) };
    this.#reading = reading;
    this.#lastStartMs = startedAtMs;
    const isNewest = () => this.#reading === reading;
    reading.value.then(
      (value) => {
        // A reading that was frozen and finishes late must not replace a newer one.
        if (startedAtMs >= (this.#held?.readAtMs ?? startedAtMs)) this.#held = { value, readAtMs: startedAtMs };
        if (isNewest()) this.#end(false);
      },
      () => {
        if (isNewest()) this.#end(true);
      },
    );
    return reading.value;
  }

  #end(failed: boolean): void {
    this.#reading = undefined;
    this.#lastFailed = failed;
  }

  #readingUnderWay(): Promise<Value> | undefined {
    const reading = this.#reading;
    return reading !== undefined && this.#now() - reading.startedAtMs < ABANDONED_AFTER_MS ? reading.value : undefined;
  }

  #isOver(intervalMs: number): boolean {
    return this.#now() - this.#lastStartMs >= intervalMs;
  }

  #now(): number {
    return this.#deps.clock.now();
  }
}

async function atMost(milliseconds: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([promise, timeIsUp]);
  clearTimeout(timer);
}
