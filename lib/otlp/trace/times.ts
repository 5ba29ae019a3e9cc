/** The times of all spans of a trace at once, without a `bigint` for each, which is far more expensive. */
import { RESOURCE_SPANS, type TraceIndex } from './index-fragments.ts';
import { SPAN, SPAN_WIDTH } from './index-span.ts';

const MAX_APPROXIMATE = 2 ** 62;

/** See `Trace.approximateDuration`. @param views of the fragments */
export function approximateDuration({ resourceSpans, spans }: TraceIndex, views: readonly DataView[]): number {
  const { cells, start: firstCell } = spans;
  let start = MAX_APPROXIMATE;
  let end = 0;
  for (let row = 0; row < resourceSpans.length; row++) {
    const view = views[resourceSpans.get(row, RESOURCE_SPANS.fragment)] as DataView;
    const endCell = firstCell + resourceSpans.get(row, RESOURCE_SPANS.endSpan) * SPAN_WIDTH;
    let cell = firstCell + resourceSpans.get(row, RESOURCE_SPANS.firstSpan) * SPAN_WIDTH;
    for (; cell < endCell; cell += SPAN_WIDTH) {
      const spanStart = fixed64AsDouble(view, cells[cell + SPAN.startTime] as number);
      const spanEnd = fixed64AsDouble(view, cells[cell + SPAN.endTime] as number);
      if (spanStart > MAX_APPROXIMATE || spanEnd > MAX_APPROXIMATE) return Number.NaN;
      if (spanStart < start) start = spanStart;
      if (spanEnd > end) end = spanEnd;
    }
  }
  return end - start;
}

/** The number whose eight bytes are at `at`; 0 if `at` is. */
function fixed64AsDouble(view: DataView, at: number): number {
  return at === 0 ? 0 : view.getUint32(at + 4, true) * 0x100000000 + view.getUint32(at, true);
}

/** Instead of the number of a span. */
export const NO_SPAN = -1;

/** Numbers of spans; of several with the same time the first. {@link NO_SPAN} if no span has such a time, or only 0. */
export interface OutermostSpans {
  /** With the earliest start. */
  readonly first: number;
  /** With the latest end. */
  readonly last: number;
}

/** Compares times by halves of 32 bits. @param views of the fragments */
export function outermostSpans({ resourceSpans, spans }: TraceIndex, views: readonly DataView[]): OutermostSpans {
  const { cells, start: firstCell } = spans;
  let first = NO_SPAN;
  let last = NO_SPAN;
  let startHigh = Number.POSITIVE_INFINITY;
  let startLow = 0;
  let endHigh = 0;
  let endLow = 0;
  for (let row = 0; row < resourceSpans.length; row++) {
    const view = views[resourceSpans.get(row, RESOURCE_SPANS.fragment)] as DataView;
    const endSpan = resourceSpans.get(row, RESOURCE_SPANS.endSpan);
    for (let span = resourceSpans.get(row, RESOURCE_SPANS.firstSpan); span < endSpan; span++) {
      const start = cells[firstCell + span * SPAN_WIDTH + SPAN.startTime] as number;
      const end = cells[firstCell + span * SPAN_WIDTH + SPAN.endTime] as number;
      let high = start === 0 ? 0 : view.getUint32(start + 4, true);
      let low = start === 0 ? 0 : view.getUint32(start, true);
      if ((high | low) !== 0 && (high < startHigh || (high === startHigh && low < startLow))) {
        startHigh = high;
        startLow = low;
        first = span;
      }
      high = end === 0 ? 0 : view.getUint32(end + 4, true);
      low = end === 0 ? 0 : view.getUint32(end, true);
      if (high > endHigh || (high === endHigh && low > endLow)) {
        endHigh = high;
        endLow = low;
        last = span;
      }
    }
  }
  return { first, last };
}
