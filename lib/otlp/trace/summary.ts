import { NO_SPAN } from './times.ts';
import type { Trace } from './trace.ts';

/** The columns that summarise a trace. */
export interface TraceSummary {
  /** The earliest start of a span; 0 if no span has one. */
  readonly startTimeUnixNano: bigint;
  /** The latest end of a span; 0 if no span has one. */
  readonly endTimeUnixNano: bigint;
  /**
   * From the earliest start to the latest end; 0 if that is negative, null if no span has a start or no span has an
   * end.
   */
  readonly durationMs: number | null;
  /** `service.name` of the resource of the root span; '' if it has none that is a string. */
  readonly rootService: string;
  /** The name of the root span. */
  readonly rootName: string;
  /** The distinct values of `service.name`, sorted. */
  readonly services: readonly string[];
  /** The number of spans with status error. */
  readonly errorCount: number;
  /** `ERROR` if any span has status error. */
  readonly status: 'OK' | 'ERROR';
}

const STATUS_ERROR = 2;

/**
 * Summarises a trace; the order and grouping in which its spans arrived do not matter. The root span is the earliest
 * span without a parent or, if there is none, the earliest span; a span without a start time is later than any other.
 * Among equally early spans it is a finished one, then the one whose span ID, name and service come first.
 */
export function summarize(trace: Trace): TraceSummary {
  const { first, last } = trace.outermostSpans();
  const start = first === NO_SPAN ? 0n : trace.startTimeUnixNano(first);
  const end = last === NO_SPAN ? 0n : trace.endTimeUnixNano(last);
  let errorCount = 0;
  for (let span = 0; span < trace.spanCount; span++) {
    if (trace.statusCode(span) === STATUS_ERROR) errorCount++;
  }
  const services: string[] = [];
  for (let row = 0; row < trace.index.resourceSpans.length; row++) services.push(serviceOf(trace, row));
  const root = findRoot(trace, services);
  return {
    startTimeUnixNano: start,
    endTimeUnixNano: end,
    durationMs: start > 0n && end > 0n ? Math.max(0, Number(end - start) / 1e6) : null,
    rootService: root?.service ?? '',
    rootName: root?.name ?? '',
    services: different(services),
    errorCount,
    status: errorCount > 0 ? 'ERROR' : 'OK',
  };
}

/** When the first span starts, in nanoseconds since the epoch; 0 if no span has a start. */
export function earliestStart(trace: Trace): bigint {
  const { first } = trace.outermostSpans();
  return first === NO_SPAN ? 0n : trace.startTimeUnixNano(first);
}

interface Root {
  readonly span: number;
  readonly name: string;
  readonly service: string;
}

/** @param services by number of the `ResourceSpans` */
function findRoot(trace: Trace, services: readonly string[]): Root | undefined {
  const at = (span: number): Root => ({
    span,
    name: trace.name(span),
    service: services[trace.resourceNumberOf(span)] ?? '',
  });
  let root: Root | undefined;
  const hasRoot = trace.hasRoot();
  for (let span = 0; span < trace.spanCount; span++) {
    // Nearly always one span is left, which is compared with none.
    if (hasRoot && !trace.isRoot(span)) continue;
    const order = root === undefined ? -1 : compareRoots(trace, span, root.span);
    if (root === undefined || order < 0) {
      root = at(span);
    } else if (order === 0) {
      // Reads the name of the root once, however many spans are equally early.
      const other = at(span);
      if ((compareText(other.name, root.name) || compareText(other.service, root.service)) < 0) root = other;
    }
  }
  return root;
}

/**
 * Negative if `a` is preferred as the root, 0 if the name and the service must decide. Both have a parent, or none.
 */
function compareRoots(trace: Trace, a: number, b: number): number {
  const startA = trace.startTimeUnixNano(a);
  const startB = trace.startTimeUnixNano(b);
  if (startA !== startB) return startB === 0n || (startA !== 0n && startA < startB) ? -1 : 1;
  if (trace.isFinished(a) !== trace.isFinished(b)) return trace.isFinished(a) ? -1 : 1;
  return compareText(trace.spanId(a), trace.spanId(b));
}

/** By UTF-16 units, as `sort` does. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** `service.name`; '' if there is none that is a string. */
function serviceOf(trace: Trace, resourceSpans: number): string {
  const service = trace.resourceAttribute(resourceSpans, 'service.name');
  return typeof service === 'string' ? service : '';
}

/** Up to this many texts, comparing each with each is fastest. */
const FEW = 16;

/**
 * The distinct texts, sorted, without ''. It uses no `Set`, because V8 hashes texts of more than 16,383 units by their
 * length alone.
 */
function different(texts: readonly string[]): readonly string[] {
  const areFew = texts.length <= FEW;
  const some: string[] = [];
  for (const text of texts) if (text !== '' && !(areFew && some.includes(text))) some.push(text);
  if (some.length < 2) return some;
  some.sort();
  return areFew ? some : some.filter((text, i) => text !== some[i - 1]);
}
