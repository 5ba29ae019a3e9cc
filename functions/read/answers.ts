import type { ReportJson } from '../../lib/pipeline/explain/report-json.ts';
import type { ResourceSpansJson } from '../../lib/read/otlp-json.ts';
import type { ReadTrace } from '../../lib/read/read-trace.ts';

/** A trace as the API has it: each span once, with its resource around it. */
export interface TraceJson extends Omit<ReadTrace, 'spans'> {
  /** `seq` of the line of a span, by its ID, where it is not 0. */
  readonly laterSpans: Readonly<Record<string, number>>;
}

export function traceJson({ spans, ...trace }: ReadTrace): TraceJson {
  const later = spans.filter(({ seq }) => seq > 0).map(({ span, seq }): [string, number] => [span.spanId, seq]);
  return { ...trace, laterSpans: Object.fromEntries(later) };
}

/** What became of a trace, as `tailgate trace --json` has it, with the spans that only the buffer has as OTLP JSON. */
export interface ExplanationJson extends ReportJson {
  /** Spans that wait. There while the archive does not have all of the trace, and the buffer has something of it. */
  readonly resourceSpans?: readonly ResourceSpansJson[];
  /** Spans that wait as well, for which there was no room in the answer. */
  readonly spans_left_out?: number;
}

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
