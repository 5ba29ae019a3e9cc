import { ContentTable } from '../content-table.ts';
import { isZeroAt } from '../protobuf/wire-values.ts';
import { RESOURCE_SPANS, type TraceIndex } from './index-fragments.ts';
import { SPAN } from './index-span.ts';
import { withoutSpans } from './subset.ts';

/**
 * Returns the index without unfinished copies of finished spans. Some SDKs export a span when it starts, or while it
 * runs, and again when it ends; until then it has no end time, or one of 0.
 *
 * Copies have the same span ID, kind, start time and name. The span ID alone is not enough: Zipkin-style
 * instrumentation gives the client's and the server's span one ID, and some tracers give it to all of their spans.
 */
export function removeUnfinishedCopies(index: TraceIndex): TraceIndex {
  const unfinished = findUnfinished(index);
  if (unfinished === undefined) return index;
  const contents = new ContentTable();
  const identities = Array.from(unfinished, (_, span) => identify(index, contents, span));
  const isFinished = new Uint8Array(contents.size);
  identities.forEach((identity, span) => {
    if (unfinished[span] === 0) isFinished[identity] = 1;
  });
  const removed = unfinished.map(
    (isUnfinished, span) => isUnfinished & (isFinished[identities[span] as number] as number),
  );
  return removed.includes(1) ? withoutSpans(index, removed) : index;
}

/** 1 at the number of each unfinished span; undefined if there are none, as in nearly every trace. */
function findUnfinished({ fragments, resourceSpans, spans }: TraceIndex): Uint8Array | undefined {
  let unfinished: Uint8Array | undefined;
  for (let row = 0; row < resourceSpans.length; row++) {
    const bytes = fragments[resourceSpans.get(row, RESOURCE_SPANS.fragment)] as Uint8Array;
    const endSpan = resourceSpans.get(row, RESOURCE_SPANS.endSpan);
    for (let span = resourceSpans.get(row, RESOURCE_SPANS.firstSpan); span < endSpan; span++) {
      const endTime = spans.get(span, SPAN.endTime);
      if (endTime !== 0 && !isZeroAt(bytes, endTime, TIME_BYTES)) continue;
      unfinished ??= new Uint8Array(spans.length);
      unfinished[span] = 1;
    }
  }
  return unfinished;
}

const TIME_BYTES = 8;

/** The same number for spans with the same ID, kind, start time and name. A time of 0 counts as none. */
function identify({ fragments, resourceSpans, spans }: TraceIndex, contents: ContentTable, span: number): number {
  const fragment = resourceSpans.get(spans.get(span, SPAN.resourceSpans), RESOURCE_SPANS.fragment);
  const bytes = fragments[fragment] as Uint8Array;
  const start = spans.get(span, SPAN.startTime);
  const startEnd = start !== 0 && isZeroAt(bytes, start, TIME_BYTES) ? start : spans.get(span, SPAN.startTimeEnd);
  const ofKind = -1 - (spans.get(span, SPAN.kind) >>> 0);
  const ofId = contents.continued(ofKind, bytes, spans.get(span, SPAN.spanId), spans.get(span, SPAN.spanIdEnd));
  const ofStart = contents.continued(ofId, bytes, start, startEnd);
  return contents.continued(ofStart, bytes, spans.get(span, SPAN.name), spans.get(span, SPAN.nameEnd));
}
