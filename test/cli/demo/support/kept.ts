import type { KeptSpan, KeptTrace } from '../../../../lib/cli/demo/kept-traces.ts';

/** A span from `startMs` to `endMs` after the epoch. */
export function span(spanId: string, startMs: number, endMs: number, fields: Partial<KeptSpan> = {}): KeptSpan {
  const startNs = BigInt(startMs) * 1_000_000n;
  const endNs = BigInt(endMs) * 1_000_000n;
  return {
    spanId,
    parentSpanId: null,
    service: 'gateway',
    name: 'POST',
    startNs,
    endNs,
    isError: false,
    exception: null,
    ...fields,
  };
}

export function kept(fields: Partial<KeptTrace> = {}): KeptTrace {
  return {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    rootService: 'gateway',
    rootName: 'POST /checkout',
    durationMs: 100,
    isError: false,
    policy: 'baseline',
    weight: 10,
    lineCount: 1,
    spans: [span('1', 0, 100)],
    ...fields,
  };
}
