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
