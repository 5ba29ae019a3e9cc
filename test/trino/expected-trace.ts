// What the named queries about one trace must answer, worked out from the spans that were sent: no SQL, no archive.
import { type DataSpan, spanIdOf } from './dataset.ts';

type Row = Readonly<Record<string, unknown>>;
type Timed = DataSpan & { readonly start: bigint; readonly end: bigint };

/** How far parents are followed. */
const LEVELS = 100;

const ms = (nanos: bigint): number => Number(nanos) / 1e6;
const compare = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const earlier = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Depth and self time of each span, in the order of a walk over the tree. */
export function waterfall(spans: readonly DataSpan[]): Row[] {
  const starts = spans.flatMap(({ start }) => (start === undefined ? [] : [start]));
  const begin = starts.reduce(earlier, starts[0] ?? 0n);
  const startOf = (id: number) =>
    spans.filter((span) => span.id === id && span.start !== undefined).map(({ start }) => start ?? 0n);
  const rows = spans.map((span) => {
    const line = lineage(span, spans);
    const place = line.map((id) => `${startOf(id).reduce(earlier, startOf(id)[0] ?? -1n)}`.padStart(20) + spanIdOf(id));
    return { span, depth: line.length - 1, place: place.reverse() };
  });
  const kindOf = ({ kind = 1 }: DataSpan) => ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT'][kind] ?? '';
  return rows
    .sort(
      (a, b) =>
        comparePlaces(a.place, b.place) ||
        compare(a.span.start ?? 0n, b.span.start ?? 0n) ||
        compare(kindOf(a.span), kindOf(b.span)),
    )
    .map(({ span, depth }) => ({
      depth,
      offset_ms: span.start === undefined ? null : ms(span.start - begin),
      duration_ms: span.start === undefined || span.end === undefined ? null : ms(span.end - span.start),
      self_ms: selfMs(span, spans),
      // The line of a span leaves out what is empty.
      name: span.name === '' ? null : span.name,
      span_id: spanIdOf(span.id),
    }));
}

/** The IDs from the span itself upwards. A cycle goes on for as long as parents are followed. */
function lineage(span: DataSpan, spans: readonly DataSpan[]): number[] {
  const ids: number[] = [];
  for (let id: number | undefined = span.id; ids.length < LEVELS; ) {
    const own = spans.filter((one) => one.id === id);
    if (id === undefined || own.length === 0) break;
    ids.push(id);
    id = own.map(({ parent }) => parent).find((parent) => parent !== undefined && parent !== own[0]?.id);
  }
  return ids;
}

function comparePlaces(a: readonly string[], b: readonly string[]): number {
  for (const [i, place] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    if (place !== other) return compare(place, other);
  }
  return a.length - b.length;
}

/** The times at which something begins or ends cut the span into pieces: those in which no child runs count. */
function selfMs(span: DataSpan, spans: readonly DataSpan[]): number | null {
  const { start, end } = span;
  if (start === undefined || end === undefined) return null;
  const children = spans.filter(isTimed).filter(({ parent, id }) => parent === span.id && id !== span.id);
  const cuts = [start, end, ...children.flatMap((child) => [child.start, child.end])]
    .filter((cut) => cut >= start && cut <= end)
    .sort(compare);
  let covered = 0n;
  for (const [i, from] of cuts.entries()) {
    const to = cuts[i + 1] ?? from;
    if (children.some((child) => child.start <= from && to <= child.end)) covered += to - from;
  }
  return ms(end - start - covered);
}

/**
 * Jaeger's rule: from the end of the root backwards, always into the child that ended last before what is explained. A
 * span counts while all those above it run.
 */
export function criticalPath(all: readonly DataSpan[]): Row[] {
  const spans = outermost(all.filter(isTimed).filter(({ start, end }) => end >= start));
  const roots = spans.filter((span) => !spans.some(({ id }) => id === span.parent && id !== span.id));
  const [root] = roots.sort((a, b) => compare(b.end - b.start, a.end - a.start) || compare(a.id, b.id));
  const path: Row[] = [];
  const explain = (span: Timed, from: bigint, to: bigint, depth: number) => {
    let until = to;
    let own = to - from;
    const children = spans
      .filter(({ parent, id }) => parent === span.id && id !== span.id)
      .map((child) => ({ child, from: later(child.start, from), to: earlier(child.end, to) }))
      .filter((one) => one.to > one.from)
      .sort((a, b) => compare(b.to, a.to) || compare(b.from, a.from) || compare(a.child.id, b.child.id));
    for (const one of children) {
      if (one.to > until) continue;
      own -= one.to - one.from;
      until = one.from;
      if (depth + 1 < LEVELS) explain(one.child, one.from, one.to, depth + 1);
    }
    path.push({ depth, duration_ms: ms(span.end - span.start), path_ms: ms(own), span_id: spanIdOf(span.id) });
  };
  if (root !== undefined) explain(root, root.start, root.end, 0);
  return path;
}

function isTimed(span: DataSpan): span is Timed {
  return span.start !== undefined && span.end !== undefined;
}

/** Of the spans with one ID (a client's and a server's, with some tracers) the one that began first. */
function outermost(spans: readonly Timed[]): Timed[] {
  return spans.filter(
    (span) =>
      !spans.some(
        (other) =>
          other.id === span.id && (other.start < span.start || (other.start === span.start && other.end > span.end)),
      ),
  );
}
