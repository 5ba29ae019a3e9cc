import type { Log } from '../../functions/shared/logger.ts';

interface Entry {
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** Keeps what a pipeline in this process logs, and lets whoever runs it wait for it: tests and benches. */
export class RecordingLog implements Log {
  readonly entries: Entry[] = [];
  readonly #waiting = new Set<() => void>();

  debug = (message: string, fields: Record<string, unknown>) => this.#add(message, fields);
  info = this.debug;
  warn = this.debug;
  error = this.debug;

  /** The sum of a count over all decision batches so far. */
  total(count: string): number {
    return this.entries
      .filter(({ message }) => message === 'decision batch')
      .reduce((sum, { fields }) => sum + Number(fields[count]), 0);
  }

  /** Resolves as soon as the condition holds after a log line. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  #add(message: string, fields: Record<string, unknown>): void {
    this.entries.push({ message, fields });
    for (const check of this.#waiting) check();
  }
}
