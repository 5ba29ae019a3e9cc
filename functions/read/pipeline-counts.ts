/** What the pipeline of this process has done since it was started. */
export interface PipelineCounts {
  readonly startedAtMs: number;
  readonly receivedSpans: number;
  readonly refusedRequests: number;
  /** Parts of traces that wait for their decision: one for each trace of each request. */
  readonly waitingFragments: number;
  readonly keptTraces: number;
  readonly notSampledTraces: number;
  readonly droppedTraces: number;
  /** By the policy that decided, of kept traces. */
  readonly votes: Readonly<Record<string, number>>;
}
