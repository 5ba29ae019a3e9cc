/** What is read of a span of OTLP JSON. */
export interface SpanJson {
  readonly spanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
}

export interface ResourceSpansJson {
  readonly scopeSpans?: readonly { readonly spans?: readonly SpanJson[] }[];
}

/** Whether the span has an end time. */
export function isFinished({ endTimeUnixNano = '0' }: SpanJson): boolean {
  return endTimeUnixNano !== '0';
}
