import type { Policy } from './policy.ts';

/** A checked `tail_sampling` configuration. */
export interface SamplingConfig {
  /** From the first span of a trace to its evaluation, in milliseconds, kept exactly (the Collector has steps of 1 s). */
  readonly decisionWaitMs: number;
  /** The shorter wait once the root span is in, in milliseconds; undefined when it is off. */
  readonly decisionWaitAfterRootReceivedMs: number | undefined;
  /** Ask no policy after the first that sampled the trace. */
  readonly sampleOnFirstMatch: boolean;
  /** Traces of more bytes of OTLP are not sampled, and no policy is asked; missing: of any size. */
  readonly maximumTraceSizeBytes?: number;
  /** False: the trace states of kept spans stay as they came. */
  readonly writeThreshold?: false;
  /** In the order of evaluation: drop policies first, otherwise as written. */
  readonly policies: readonly Policy[];
}
