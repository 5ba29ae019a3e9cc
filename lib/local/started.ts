/**
 * What has been started so far, to be stopped in the opposite order. Stands in for `AsyncDisposableStack`, which
 * Node.js 22 does not have.
 */
export class Started {
  readonly #stops: (() => void | Promise<void>)[] = [];

  /** Remembers how to stop what has just been started. */
  defer(stop: () => void | Promise<void>): void {
    this.#stops.push(stop);
  }

  /** Stops everything, the last first, even where one does not stop. A second call finds nothing left to stop. */
  async stop(): Promise<void> {
    const errors: unknown[] = [];
    for (const stop of this.#stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, 'several parts did not stop');
  }
}

/** Starts several parts. When one cannot start, those that have started are stopped again. */
export async function startParts<Running>(start: (started: Started) => Promise<Running>): Promise<Running> {
  const started = new Started();
  try {
    return await start(started);
  } catch (error) {
    await started.stop();
    throw error;
  }
}
