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
