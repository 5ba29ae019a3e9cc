import fc from 'fast-check';
import type { SpanBuffer } from '../../lib/pipeline/ports.ts';
import { LARGEST_TRACE, SMALL_TRACE, type TraceSize, whatExceeds } from '../../lib/pipeline/trace-limits.ts';
import type { SentTrace } from './ledger.ts';

/** The limits of traces (`lib/pipeline/trace-limits.ts`), so low that the traces of a history exceed them. */
export interface PlannedLimits {
  /** Larger ones are decided one at a time. */
  readonly small: TraceSize;
  /** Larger ones are set aside. */
  readonly largest: TraceSize;
}

const FEW_FRAGMENTS: PlannedLimits = {
  small: { ...SMALL_TRACE, fragments: 1 },
  largest: { ...LARGEST_TRACE, fragments: 3 },
};
const FEW_SPANS: PlannedLimits = { small: { ...SMALL_TRACE, spans: 2 }, largest: { ...LARGEST_TRACE, spans: 5 } };
const FEW_BYTES: PlannedLimits = { small: { ...SMALL_TRACE, bytes: 200 }, largest: { ...LARGEST_TRACE, bytes: 1_000 } };
/** Nothing is set aside, and most traces are decided one at a time. */
const ONE_AT_A_TIME: PlannedLimits = { small: { ...SMALL_TRACE, spans: 1 }, largest: LARGEST_TRACE };
const USUAL: PlannedLimits = { small: SMALL_TRACE, largest: LARGEST_TRACE };

export const plannedLimits: fc.Arbitrary<PlannedLimits> = fc.constantFrom(
  ...Array.from({ length: 12 }, () => USUAL),
  ...[FEW_FRAGMENTS, FEW_SPANS, FEW_BYTES, ONE_AT_A_TIME],
);

/** The buffer as it is when these are the limits. */
export function withLimits(buffer: SpanBuffer, { small, largest }: PlannedLimits): SpanBuffer {
  if (small === SMALL_TRACE && largest === LARGEST_TRACE) return buffer;
  const lower = (limit: TraceSize = LARGEST_TRACE) => (limit === SMALL_TRACE ? small : largest);
  return {
    append: (fragments) => buffer.append(fragments),
    read: (traceId, options) => buffer.read(traceId, { ...options, limit: lower(options?.limit) }),
    readFragments: (traceId, hashes, limit) => buffer.readFragments(traceId, hashes, lower(limit)),
    record: (traceId, record, over) => buffer.record(traceId, record, over),
    writeList: (traceId, name, hashes) => buffer.writeList(traceId, name, hashes),
    readList: (traceId, name) => buffer.readList(traceId, name),
  };
}

/** Whether what the buffer has had of a trace is over the limit. */
export function isOverLimit(
  { fragments }: SentTrace,
  { largest }: PlannedLimits,
  isStored: (hash: string) => boolean,
): boolean {
  const size = { fragments: 0, spans: 0, bytes: 0 };
  for (const { hash, spans, payload } of fragments.values()) {
    if (!isStored(hash)) continue;
    size.fragments += 1;
    size.spans += spans.length;
    // A coded payload has a byte more.
    size.bytes += payload.length + 1;
  }
  return whatExceeds(size, largest) !== undefined;
}
