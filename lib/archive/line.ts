import { type NewTraceState, writeResourceSpans } from '../otlp/json-encode/encode-spans.ts';
import { JsonWriter, json } from '../otlp/json-encode/writer.ts';
import { SPAN } from '../otlp/trace/index-fragments.ts';
import { summarize } from '../otlp/trace/summary.ts';
import type { Trace } from '../otlp/trace/trace.ts';
import type { ThresholdUpdate } from '../sampling/adjusted-count.ts';
import { parseThreshold } from '../sampling/probability/threshold.ts';
import { idRandomness, type OtSampling, readOtSampling, withThreshold } from '../sampling/probability/trace-state.ts';
import { formatUtc } from './hours.ts';

/**
 * How a decision changes `th` in the trace states of a trace's spans, span by span; undefined when it changes none.
 *
 * A threshold is never lowered: that of an earlier, stricter sampler stays. Where a span's own randomness is below the
 * threshold that it would get, `th` would be wrong and is taken away (OpenTelemetry specification, "TraceState:
 * Probability Sampling", general requirements).
 */
export function newTraceStates(trace: Trace, update: ThresholdUpdate): NewTraceState | undefined {
  if (update === undefined) return undefined;
  if (update === null) return hasTraceState(trace) ? remembering(trace, withoutThreshold) : undefined;
  const threshold = parseThreshold(update);
  if (threshold === undefined) throw new Error(`"${update}" is not a threshold`);
  const ofId = idRandomness(trace.traceId);
  return remembering(trace, (traceState) => raise(traceState, threshold, ofId));
}

function withoutThreshold(traceState: string): string {
  return withThreshold(traceState, undefined);
}

function raise(traceState: string, threshold: bigint, ofId: bigint): string {
  const has: OtSampling = readOtSampling(traceState);
  if (has.threshold !== undefined && has.threshold >= threshold) return traceState;
  return withThreshold(traceState, (has.randomness ?? ofId) >= threshold ? threshold : undefined);
}

function hasTraceState(trace: Trace): boolean {
  const { spans } = trace.index;
  for (let span = 0; span < spans.length; span++) {
    if (spans.get(span, SPAN.traceState) !== 0) return true;
  }
  return false;
}

/** Nearly always all spans of a trace have the same trace state. */
function remembering(trace: Trace, change: (traceState: string) => string): NewTraceState {
  let from: string | undefined;
  let to: string | undefined;
  return (span) => {
    const traceState = trace.traceState(span);
    if (traceState !== from) {
      const changed = change(traceState);
      from = traceState;
      to = changed === traceState ? undefined : changed;
    }
    return to;
  };
}

/** A trace continues on a further line before its line exceeds this: gRPC readers take no larger message by default. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

/**
 * Longest line that readers take: Athena refuses rows over 32 MB, and twice that leaves room for what another writer may have
 * made.
 */
export const MAX_READ_LINE_BYTES = 64 * 1024 * 1024;

/** What the archive says of a trace that is not in its spans. */
export interface ArchiveColumns {
  /** The policy that gets the credit. */
  readonly policy: string;
  /** How many traces this one stands for; null when the probability is unknown. */
  readonly adjustedCount: number | null;
  /** What becomes of `th` in the trace states of the spans. Default: they stay as they came. */
  readonly threshold?: ThresholdUpdate;
  readonly decidedAtMs: number;
  /** `seq` of the first line: 0 for a new trace, more for late spans. */
  readonly firstSeq: number;
  /**
   * How many of the first fragments are in the archive already: they are not written, but count for the columns, and their
   * spans are not written again. Default: 0.
   */
  readonly skipFragments?: number;
}

/**
 * The lines of the archive for one trace, as UTF-8, each ending in `\n`: OTLP JSON, valid `TracesData` with
 * `resourceSpans` first, and then the columns. No lines when nothing remains to be written.
 *
 * Left out are unfinished copies of spans of which a finished copy is there, also in a fragment that is in the archive
 * already ({@link Trace.withoutUnfinishedCopies}); the columns do not count them. An unfinished copy that was archived before its
 * span ended stays there: what reads one trace, compaction and replay leave it out (docs/query.md).
 *
 * Most traces are one line. A larger one continues on lines with the next `seq`, cut between spans, on which the columns
 * are repeated. A line is longer than {@link MAX_LINE_BYTES} only where one span, its resource, a name or all services are
 * about that large.
 */
export function archiveLines(received: Trace, columns: ArchiveColumns): Uint8Array[] {
  const trace = received.withoutUnfinishedCopies();
  const skipFragments = columns.skipFragments ?? 0;
  const first = trace.resourceSpans.find(({ fragment }) => fragment >= skipFragments);
  if (first === undefined) return [];
  const columnsJson = renderColumns(trace, columns);
  const maxOtherBytes = OPEN.length + columnsJson.length * MAX_UTF8_BYTES + MAX_END_BYTES;
  // At least half of the line, and as much as the columns, so that large ones (a huge span name, thousands of services) are
  // not repeated for every span.
  const maxArrayBytes = Math.max(MAX_LINE_BYTES - maxOtherBytes, MAX_LINE_BYTES / 2, columnsJson.length);
  // Whatever an earlier trace may have left when its writing failed.
  out.length = 0;
  const newTraceState = newTraceStates(trace, columns.threshold);
  const lines: Uint8Array[] = [];
  for (let span = first.firstSpan, seq = columns.firstSeq; span < trace.spanCount; seq++) {
    out.piece(OPEN);
    span = writeResourceSpans(out, trace, span, maxArrayBytes, newTraceState);
    out.verbatim(`${columnsJson}${seq}}\n`);
    lines.push(out.take());
  }
  return lines;
}

/** Of all lines. It keeps nothing of a line that has been taken, but lines share its buffers. */
const out = new JsonWriter(256 * 1024);
/** Of one UTF-16 unit. */
const MAX_UTF8_BYTES = 3;
const OPEN = json('{"resourceSpans":');
/** The longest `seq`, the closing brace and the line feed. */
const MAX_END_BYTES = 12;

/** From the comma after `resourceSpans` up to where the value of `seq` goes. */
function renderColumns(trace: Trace, columns: ArchiveColumns): string {
  const { startTimeUnixNano, durationMs, rootService, rootName, services, errorCount, status } = summarize(trace);
  const start = startTimeUnixNano === 0n ? 'null' : `"${formatUtc(Number(startTimeUnixNano / 1_000_000n))}"`;
  return (
    `,"trace_id":"${trace.traceId}","start_time":${start},"duration_ms":${durationMs},` +
    `"root_service":${JSON.stringify(rootService || null)},"root_name":${JSON.stringify(rootName || null)},` +
    `"services":${JSON.stringify(services)},"span_count":${trace.spanCount},"error_count":${errorCount},` +
    `"status":"${status}","sampling_policy":${JSON.stringify(columns.policy)},` +
    `"sample_weight":${JSON.stringify(columns.adjustedCount)},"decided_at":"${formatUtc(columns.decidedAtMs)}","seq":`
  );
}
