import type { Metrics } from '../../lib/pipeline/metrics.ts';

/** Metrics that are gathered during an invocation and given away at its end. */
export interface InvocationMetrics extends Metrics {
  flush(): void;
}

/** For where nobody looks at them: a laptop has the log. */
export const NO_METRICS: InvocationMetrics = { add() {}, addTo() {}, flush() {} };
