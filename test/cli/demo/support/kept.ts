import type { KeptSpan, KeptTrace } from '../../../../lib/cli/demo/kept-traces.ts';

export function span(spanId: string, service = 'gateway'): KeptSpan {
  return { spanId, service };
}

export function kept(fields: Partial<KeptTrace> = {}): KeptTrace {
  return {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    rootName: 'POST /checkout',
    durationMs: 100,
    isError: false,
    policy: 'baseline',
    weight: 10,
    lineCount: 1,
    spans: [span('1')],
    ...fields,
  };
}
