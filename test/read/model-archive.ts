import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { archiveKey, partitionOf, scopedKey, type TenantScope } from '../../lib/archive/layout.ts';
import { archiveLines } from '../../lib/archive/line.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import type { KeptRecord, ObjectReader } from '../../lib/read/ports.ts';
import { TraceReader, type TraceReaderLimits } from '../../lib/read/trace-reader.ts';
import { MemoryObjectStore } from '../memory/memory-object-store.ts';
import { type AttributesSpec, EPOCH_MS, encodeFragment, type SpanSpec } from '../support/build-trace.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** A span as the test knows it, without going through the archive. */
export interface ModelSpan {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly service: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly status: 'UNSET' | 'OK' | 'ERROR';
  /** Milliseconds after the epoch of the test. */
  readonly startMs: number;
  /** Undefined: not finished. */
  readonly endMs: number | undefined;
  readonly attributes: AttributesSpec;
  readonly resource: AttributesSpec;
}

/** A kept trace: its spans by the claim that archived them. */
export interface ModelTrace {
  readonly traceId: string;
  readonly policy: string;
  readonly weight: number | null;
  readonly claims: readonly (readonly ModelSpan[])[];
}

const SERVICES = ['gateway', 'cart', 'payment', undefined];
const NAMES = ['GET /', 'POST /checkout', 'SELECT cart', 'charge "card"\n'];
const HOUR_MS = 3_600_000;

const attributes: fc.Arbitrary<AttributesSpec> = fc.dictionary(
  fc.constantFrom('http.route', 'tier', 'retries'),
  fc.oneof(
    fc.constantFrom('/cart', 'gold', '/checkout?x="1"', ''),
    fc.constantFrom(1n, 200n, -3n),
    fc.constantFrom(0.5, 200, -0),
    fc.boolean(),
    fc.constant(null),
    fc.constant(['a', 1n] as const),
  ),
  { maxKeys: 3 },
);

const spanArbitrary = fc.record({
  number: fc.integer({ min: 1, max: 6 }),
  parent: fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined }),
  service: fc.constantFrom(...SERVICES),
  name: fc.constantFrom(...NAMES),
  kind: fc.integer({ min: 0, max: 6 }),
  status: fc.constantFrom('UNSET' as const, 'OK' as const, 'ERROR' as const),
  offset: fc.integer({ min: 0, max: 4000 }).map((quarters) => quarters / 4),
  duration: fc.option(
    fc.integer({ min: -4, max: 4000 }).map((quarters) => quarters / 4),
    { nil: undefined, freq: 5 },
  ),
  attributes,
  pod: fc.constantFrom('a', 'b'),
});

const traceArbitrary = fc.record({
  startMs: fc.integer({ min: 0, max: 3 * HOUR_MS }),
  policy: fc.constantFrom('errors', 'slow'),
  weight: fc.constantFrom(null, 1, 12.5),
  claims: fc.array(fc.array(spanArbitrary, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
});

/** Kept traces over four hours, some with late spans, unfinished copies, orphans, and spans that share an ID. */
export const modelTraces: fc.Arbitrary<readonly ModelTrace[]> = fc
  .array(traceArbitrary, { maxLength: 12 })
  .map((traces) =>
    traces.map(({ startMs, policy, weight, claims }, index) => ({
      traceId: (index + 1).toString(16).padStart(8, '0').repeat(4),
      policy,
      weight,
      claims: claims.map((spans) =>
        spans.map(({ number, parent, offset, duration, pod, service, ...span }) => ({
          ...span,
          service,
          spanId: idOf(number),
          parentSpanId: parent === undefined ? undefined : idOf(parent),
          startMs: startMs + offset,
          endMs: duration === undefined ? undefined : startMs + offset + duration,
          resource: { ...(service !== undefined && { 'service.name': service }), 'k8s.pod.name': pod },
        })),
      ),
    })),
  );

function idOf(number: number): string {
  return number.toString(16).padStart(16, '0');
}

export interface WrittenArchive {
  readonly store: MemoryObjectStore;
  /** The records of the traces, by ID. */
  readonly records: ReadonlyMap<string, KeptRecord>;
}

/** Writes the traces as the pipeline does. @param perObject traces in an object */
export async function writeArchive(
  traces: readonly ModelTrace[],
  perObject = 2,
  scope: TenantScope = {},
  store = new MemoryObjectStore(),
): Promise<WrittenArchive> {
  const records = new Map<string, KeptRecord>();
  const objects = new Map<string, Uint8Array[]>();
  const times = new Map<string, number>();
  traces.forEach(({ traceId, policy, weight, claims }, index) => {
    const fragments = claims.map((spans, claim) => encodeFragment(spans.map(toSpec), traceId, claim));
    const firstMs = Math.min(...(claims[0] ?? []).map(({ startMs }) => startMs));
    const partition = partitionOf(EPOCH_MS + firstMs, EPOCH_MS + firstMs);
    const keys: string[] = [];
    let seq = 0;
    fragments.forEach((_, claim) => {
      const id = `${claim}${Math.floor(index / perObject)}`.padStart(16, '0');
      // An object is named by the time at which its traces are decided.
      const decidedAtMs = times.get(partition + id) ?? EPOCH_MS + firstMs + 30_000 + claim * 60_000;
      times.set(partition + id, decidedAtMs);
      const lines = archiveLines(Trace.fromFragments(traceId, fragments.slice(0, claim + 1)), {
        policy,
        adjustedCount: weight,
        decidedAtMs,
        firstSeq: seq,
        skipFragments: claim,
      }).map((line) => line.slice());
      if (lines.length === 0) return;
      seq += lines.length;
      const key = archiveKey(partition, decidedAtMs, id);
      objects.set(key, [...(objects.get(key) ?? []), ...lines]);
      keys.push(key);
    });
    records.set(traceId, { partition, keys, lineCount: seq });
  });
  for (const [key, lines] of objects) await store.createOnly(scopedKey(key, scope), await NODE_CODECS.gzip(lines));
  return { store, records };
}

/** All that {@link modelTraces} makes. */
export const ALL = { fromMs: EPOCH_MS - HOUR_MS, toMs: EPOCH_MS + 6 * HOUR_MS };

/** A reader without decision records, unless there are some. */
export function readerOf(
  { store }: { readonly store: ObjectReader },
  {
    records,
    limits,
    tenant,
  }: { records?: ReadonlyMap<string, KeptRecord>; limits?: Partial<TraceReaderLimits>; tenant?: string } = {},
): TraceReader {
  const decompress = { gunzip: NODE_CODECS.gunzip, zstd: (bytes: Uint8Array) => zstdDecompressSync(bytes) };
  const clock = new ManualClock(EPOCH_MS + 24 * HOUR_MS);
  const ports = { objects: store, decompress, clock };
  const find = async (traceId: string) => records?.get(traceId);
  return new TraceReader(records === undefined ? ports : { ...ports, records: { find } }, { tenant }, limits);
}

function toSpec({ startMs, endMs, resource, service: _, parentSpanId, ...span }: ModelSpan) {
  const times: SpanSpec = { startMs, ...(endMs === undefined ? { endTimeUnixNano: 0n } : { endMs }) };
  return { resource, spans: [{ ...span, ...times, ...(parentSpanId !== undefined && { parentSpanId }) }] };
}

/** The spans that count: copies that are equal count once, and an unfinished copy gives way to a finished one. */
export function spansOf({ claims }: ModelTrace): readonly ModelSpan[] {
  const all = claims.flat();
  const different = all.filter(
    (span, at) =>
      all.findIndex((other) => JSON.stringify(toComparable(other)) === JSON.stringify(toComparable(span))) === at,
  );
  const isCopy = (a: ModelSpan, b: ModelSpan) =>
    a.spanId === b.spanId && a.kind === b.kind && a.name === b.name && a.startMs === b.startMs;
  return different.filter(
    (span) => span.endMs !== undefined || !different.some((other) => other.endMs !== undefined && isCopy(other, span)),
  );
}

function toComparable(span: ModelSpan) {
  const entries = (spec: AttributesSpec) =>
    Object.entries(spec).map(([key, value]) => [
      key,
      typeof value,
      typeof value === 'bigint'
        ? `${value}n`
        : Object.is(value, -0)
          ? '-0'
          : JSON.stringify(value, (_k, v) => (typeof v === 'bigint' ? `${v}n` : v)),
    ]);
  return { ...span, service: undefined, attributes: entries(span.attributes), resource: entries(span.resource) };
}
