import { type ArchiveLine, readArchive, spansOf } from '../local/archive-files.ts';
import { type DataSpan, spanIdOf, traceIdOf } from './dataset.ts';

/** What the pipeline decided, as its archive says. */
export interface Decision {
  readonly trace: number;
  readonly policy: string;
  readonly weight: number | null;
  readonly decidedAtMs: number;
  readonly spanCount: number;
  readonly lateAtMs: number | undefined;
}

export interface Kept extends DataSpan {
  readonly decision: Decision;
  readonly isLate: boolean;
}

/** The spans of a data set that are in its archive, and what was decided of their traces. */
export function readKept(
  dataDir: string,
  inTime: readonly DataSpan[][],
  late: readonly DataSpan[][],
): { readonly kept: readonly Kept[]; readonly decisions: readonly Decision[] } {
  const lines = readArchive(dataDir) as (ArchiveLine & { decided_at: string })[];
  const decisions = [...new Set(inTime.flat().map(({ trace }) => trace))].flatMap((trace) => {
    const own = lines.filter((line) => line.trace_id === traceIdOf(trace));
    const first = own.find(({ seq }) => seq === 0);
    if (first === undefined) return [];
    const later = own.find(({ seq, decided_at }) => seq > 0 && decided_at !== first.decided_at);
    return {
      trace,
      policy: first.sampling_policy,
      weight: first.sample_weight,
      decidedAtMs: timeOf(first.decided_at),
      spanCount: first.span_count,
      lateAtMs: later && timeOf(later.decided_at),
    };
  });
  const ids = new Set(spansOf(lines).map(({ traceId, spanId }) => traceId + spanId));
  const sent = [
    ...inTime.flat().map((span) => ({ ...span, isLate: false })),
    ...late.flat().map((span) => ({ ...span, isLate: true })),
  ];
  const kept = sent.flatMap((span) => {
    const decision = decisions.find(({ trace }) => trace === span.trace);
    return decision && ids.has(traceIdOf(span.trace) + spanIdOf(span.id)) ? [{ ...span, decision }] : [];
  });
  return { kept, decisions };
}

function timeOf(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}
