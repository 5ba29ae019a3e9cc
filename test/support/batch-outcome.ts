import { type BatchOutcome, type DecideSummary, tally } from '../../lib/pipeline/decide/tally.ts';

/** A batch in which nothing happened. */
export const NO_OUTCOME: BatchOutcome = {
  wakeUpCount: 0,
  maxLagMs: 0,
  durationMs: 0,
  traceCount: 0,
  settled: [],
  objectBytes: [],
  requeued: [],
  slowEvaluations: [],
};

export function emptySummary(): DecideSummary {
  return tally(NO_OUTCOME);
}
