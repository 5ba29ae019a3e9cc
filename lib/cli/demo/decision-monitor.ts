import type { Log } from '../../../functions/shared/logger.ts';

/** Reads from Tailgate's log lines how far it has come. */
export class DecisionMonitor implements Log {
  /** Traces that Tailgate has looked at for the first time. */
  tracesDecided = 0;
  tracesKept = 0;
  /** Wake-ups that are done with: one for each export request. */
  wakeUpsDone = 0;
  /** Warnings and errors, as single lines. */
  readonly troubles: string[] = [];

  debug(): void {}

  info(message: string, fields: Record<string, unknown>): void {
    if (message === 'decision batch') {
      this.tracesDecided += count(fields['received']);
      this.tracesKept += count(fields['sampled']);
      this.wakeUpsDone += count(fields['wakeUps']) - count(fields['hops']) - count(fields['failedMessages']);
    }
  }

  warn(message: string, fields: Record<string, unknown>): void {
    this.info(message, fields);
    this.troubles.push(`${message} ${JSON.stringify(fields)}`);
  }

  error(message: string, { error, ...fields }: Record<string, unknown>): void {
    this.troubles.push(`${message} ${JSON.stringify(fields)} ${String(error)}`);
  }
}

function count(field: unknown): number {
  return typeof field === 'number' ? field : 0;
}
