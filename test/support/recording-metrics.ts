import type { InvocationMetrics } from '../../functions/shared/metrics.ts';

/** Sums up what is counted; a value of a dimension follows the name of its metric. */
export class RecordingMetrics implements InvocationMetrics {
  readonly totals: Record<string, number> = {};
  flushCount = 0;

  add(name: string, value: number): void {
    this.totals[name] = (this.totals[name] ?? 0) + value;
  }

  addTo(name: string, dimensionValue: string, value: number): void {
    this.add(`${name} ${dimensionValue}`, value);
  }

  flush(): void {
    this.flushCount += 1;
  }
}
