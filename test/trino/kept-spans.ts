import { join } from 'node:path';
import { inject } from 'vitest';
import { type ArchiveLine, readArchive, spansOf } from '../local/archive-files.ts';
import { spanIdOf, traceIdOf } from './dataset.ts';
import type { Kept } from './expected-answers.ts';
import { LATE, SHOP } from './shop.ts';

/** Of the spans of the shop those that the pipeline kept, as its archive says. */
export function keptSpans(): readonly Kept[] {
  const lines = readArchive(join(inject('filesDir'), 'shop')) as (ArchiveLine & { decided_at: string })[];
  const ids = new Set(spansOf(lines).map(({ traceId, spanId }) => traceId + spanId));
  const sent = [
    ...SHOP.flat().map((span) => ({ ...span, isLate: false })),
    ...LATE.flat().map((span) => ({ ...span, isLate: true })),
  ];
  return sent.flatMap((span) => {
    const line = lines.find(({ trace_id, seq }) => seq === 0 && trace_id === traceIdOf(span.trace));
    if (line === undefined || !ids.has(traceIdOf(span.trace) + spanIdOf(span.id))) return [];
    const decision = {
      trace: span.trace,
      policy: line.sampling_policy,
      weight: line.sample_weight,
      decidedAtMs: Date.parse(`${line.decided_at.replace(' ', 'T')}Z`),
      spanCount: line.span_count,
      lateAtMs: undefined,
    };
    return [{ ...span, decision }];
  });
}
