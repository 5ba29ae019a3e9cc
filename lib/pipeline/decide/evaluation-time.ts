import type { Trace } from '../../otlp/trace/trace.ts';
import type { Allowances } from '../../sampling/limits.ts';
import { type Clock, type Evaluate, TraceTooLargeError } from '../ports.ts';

/**
 * The longest that the policies may take on one trace, in milliseconds; measured between policies, because each runs to its end. A trace
 * that takes longer would stop every invocation that looks at it, and all others in its batch: it is over a limit like one that is too
 * large. The clock goes on while a process stands still (a laptop that sleeps), so the first time in a batch is an attempt that failed,
 * and the trace is evaluated once more when the others are committed.
 */
export const MAX_EVALUATION_MS = 20_000;
/** An evaluation that takes so long, in milliseconds, is reported. Nearly all take less than one. */
export const SLOW_EVALUATION_MS = 1_000;

/** A trace whose evaluation took long: nothing else ran in the process meanwhile. */
export interface SlowEvaluation {
  readonly traceId: string;
  readonly durationMs: number;
  readonly spanCount: number;
}

/** The batch has no time left for the evaluation of a trace: it must end so that what was claimed can be committed. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
  /**
   * Whether the trace may be what takes the time: its policies, or reading it. Then it was an attempt, or else there would be no end of
   * attempts. `false`: it only waited while the evaluation of another trace was slow.
   */
  readonly isAttempt: boolean;

  constructor(message: string, isAttempt: boolean) {
    super(message);
    this.isAttempt = isAttempt;
  }
}

export interface EvaluationTimeDeps {
  readonly clock: Clock;
  /** Whether nothing may be evaluated any more. */
  readonly mustStop: () => boolean;
  readonly onSlow: (slow: SlowEvaluation) => void;
}

/**
 * Evaluates under a time limit, and reports what is slow.
 *
 * The answer throws {@link OutOfTimeError}, and a {@link TraceTooLargeError} for a trace that takes longer than
 * {@link MAX_EVALUATION_MS} a second time.
 */
export function withinTime(evaluate: Evaluate, { clock, mustStop, onSlow }: EvaluationTimeDeps): Evaluate {
  const overran = new Set<string>();
  let wasHeldUp = false;
  return (trace: Trace, allowances: Allowances) => {
    const { traceId, spanCount } = trace;
    const startMs = clock.now();
    const elapsedMs = () => clock.now() - startMs;
    let count = 0;
    const betweenPolicies = () => {
      if (elapsedMs() > MAX_EVALUATION_MS) {
        const message = `the policies take more than ${MAX_EVALUATION_MS / 1000} s on trace ${traceId}, which has ${spanCount} spans`;
        if (overran.has(traceId)) throw new TraceTooLargeError(message);
        overran.add(traceId);
        throw new Error(message);
      }
      if (mustStop()) {
        throw new OutOfTimeError(`no time is left to evaluate trace ${traceId}`, count > 0 || !wasHeldUp);
      }
      count += 1;
    };
    try {
      return evaluate(trace, allowances, betweenPolicies);
    } finally {
      const durationMs = elapsedMs();
      if (durationMs >= SLOW_EVALUATION_MS) {
        wasHeldUp = true;
        onSlow({ traceId, durationMs, spanCount });
      }
    }
  };
}
