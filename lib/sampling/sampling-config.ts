import type { Policy } from './policy.ts';

/** A validated `tail_sampling` configuration. */
export interface SamplingConfig {
  /**
   * From the first span of a trace to its evaluation, in milliseconds. Tailgate follows it exactly; the Collector has
   * steps of 1 s.
   */
  readonly decisionWaitMs: number;
  /** The shorter wait once the root span has arrived, in milliseconds; undefined if it is off. */
  readonly decisionWaitAfterRootReceivedMs: number | undefined;
  /** Evaluate no policy after the first that sampled the trace. */
  readonly sampleOnFirstMatch: boolean;
  /** Traces with more bytes of OTLP are not sampled, and no policy is evaluated. Missing: no limit. */
  readonly maximumTraceSizeBytes?: number;
  /** False: the trace states of kept spans stay unchanged. */
  readonly writeThreshold?: false;
  /**
   * Of everything here that decides which traces are sampled: 16 hex digits, equal wherever the policies are written the same, whatever
   * the order of keys, the comments and the waits (`config/parse-block.ts`).
   */
  readonly fingerprint: string;
  /** In the order of evaluation: drop policies first, otherwise as written. */
  readonly policies: readonly Policy[];
}
