import type { Clock } from '../../pipeline/ports.ts';

/** A death repeats what was sent since the last write: a second or so. */
const PERIOD_MS = 1_000;

/** Writes the state now and then, one write at a time. */
export class PositionKeeper {
  readonly #clock: Clock;
  readonly #write: () => Promise<void>;
  #lastMs = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /** @param write writes the state as it is when called */
  constructor(clock: Clock, write: () => Promise<void>) {
    this.#clock = clock;
    this.#write = write;
  }

  /** The state has changed. @throws when it could not be written */
  note(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    const nowMs = this.#clock.now();
    if (nowMs - this.#lastMs < PERIOD_MS) return;
    this.#lastMs = nowMs;
    this.#writing = this.#writing.then(this.#write).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** Writes the last state. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#write();
  }
}
