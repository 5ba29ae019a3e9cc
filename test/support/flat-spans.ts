import type { opentelemetry } from '../../proto/generated/otlp.js';

type TracesData = opentelemetry.proto.trace.v1.TracesData.$Properties;
type Span = opentelemetry.proto.trace.v1.Span.$Properties;

/** A span with everything around it that says what it means. */
export interface FlatSpan {
  readonly traceId: string;
  readonly span: Span;
  readonly context: unknown;
}

/** All spans of decoded `TracesData` in order, each with its resource, scope, schema URLs and unknown fields. */
export function flatSpans({ resourceSpans }: TracesData): FlatSpan[] {
  return (resourceSpans ?? []).flatMap(({ scopeSpans, ...resourceContext }) =>
    (scopeSpans ?? []).flatMap(({ spans, ...scopeContext }) =>
      (spans ?? []).map((span) => {
        const traceId = span.traceId ?? [];
        return { traceId: hexOf(traceId), span, context: { resourceContext, scopeContext } };
      }),
    ),
  );
}

/** By trace ID, in order of first appearance. */
export function byTrace(spans: readonly FlatSpan[]): Map<string, FlatSpan[]> {
  return Map.groupBy(spans, ({ traceId }) => traceId);
}

/** Whether all IDs of a span and its links have the length that they must have, and its own are not zero. */
export function hasValidIds(span: Span): boolean {
  const isId = (id: Uint8Array | null | undefined, length: number) =>
    id?.length === length && /[1-9a-f]/.test(hexOf(id));
  const isLengthOk = (id: Uint8Array | null | undefined, length: number) => [undefined, 0, length].includes(id?.length);
  return (
    isId(span.traceId, 16) &&
    isId(span.spanId, 8) &&
    isLengthOk(span.parentSpanId, 8) &&
    (span.links ?? []).every((link) => isLengthOk(link.traceId, 16) && isLengthOk(link.spanId, 8))
  );
}

/** Lower-case hex. */
export function hexOf(bytes: ArrayLike<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The generated module keeps unknown fields only when told so. Restores the setting afterwards. */
export function keepingUnknownFields<T>(reader: { discardUnknown: boolean }, run: () => T): T {
  const before = reader.discardUnknown;
  reader.discardUnknown = false;
  try {
    return run();
  } finally {
    reader.discardUnknown = before;
  }
}
