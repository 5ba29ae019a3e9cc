import { type NewTraceState, writeResourceSpans } from '../otlp/json-encode/encode-spans.ts';
import { json } from '../otlp/json-encode/piece.ts';
import { JsonWriter } from '../otlp/json-encode/writer.ts';
import { SPAN } from '../otlp/trace/index-span.ts';
import type { Trace } from '../otlp/trace/trace.ts';
import type { ThresholdUpdate } from '../sampling/adjusted-count.ts';
import { parseThreshold } from '../sampling/probability/threshold.ts';
import { idRandomness, type OtSampling, readOtSampling, withThreshold } from '../sampling/probability/trace-state.ts';
import { type ArchiveColumns, columnsOf } from './line-columns.ts';

/**
 * Writes the lines of the archive, the one form in which kept traces are stored (`read-line.ts` reads them). A line is a JSON
 * object in UTF-8, ending in a line feed: first OTLP JSON, which makes it valid `TracesData` for every OTLP reader, then
 * the columns of the table `traces_otlp`.
 *
 * ```json
 * {"resourceSpans":[…],"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","start_time":"2026-11-21 07:12:33.123",
 *  "duration_ms":812.5,"root_service":"gateway","root_name":"POST /checkout","services":["gateway","payment"],
 *  "span_count":2,"error_count":1,"status":"ERROR","sampling_policy":"errors","sample_weight":1,
 *  "decided_at":"2026-11-21 07:13:03.456","seq":0}
 * ```
 *
 * The order of the keys is part of the format: a reader finds the end of `resourceSpans` by the column behind it.
 */

/**
 * A trace continues on a further line before its line exceeds this: gRPC readers take no larger message by default. Readers
 * of the archive take far more (`MAX_READ_LINE_BYTES`).
 */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

/** A longer line cannot be queried: Athena refuses rows over 32 MB. Such a trace must not be archived. */
export const LONGEST_LINE_BYTES = 32_000_000;

const OPEN = json('{"resourceSpans":');
const CLOSE = json('}\n');
/** The longest `seq`, the closing brace and the line feed. */
const MAX_END_BYTES = 12;

/** Room for a dozen lines of the usual size. */
const LINE_BUFFER_BYTES = 256 * 1024;

/** Creates a writer for {@link archiveLines}. Who keeps it, and recycles it, spares the memory of new lines. */
export function newLineWriter(): JsonWriter {
  return new JsonWriter(LINE_BUFFER_BYTES);
}

/**
 * The lines of the archive for one trace; none when nothing remains to be written.
 *
 * They leave out an unfinished copy of a span if there is a finished one, also if that one is in a fragment that is in the
 * archive already (`unfinished.ts`); the columns do not count it. An unfinished copy that was archived before its span
 * ended stays there: queries of one trace, compaction and replay leave it out (docs/query.md).
 *
 * Most traces are one line. A larger one continues on lines with the next `seq`, cut between spans, each with the same
 * columns. A line is longer than {@link MAX_LINE_BYTES} only where one span, its resource, a name or all services are
 * about that large, and then it may be longer than
 * {@link LONGEST_LINE_BYTES}.
 *
 * @param out holds the lines: they are overwritten once it is recycled
 */
export function archiveLines(
  received: Trace,
  columns: ArchiveColumns,
  out: JsonWriter = newLineWriter(),
): Uint8Array[] {
  const trace = received.withoutUnfinishedCopies();
  const skipFragments = columns.skipFragments ?? 0;
  const firstSpan = trace.firstSpanOf(skipFragments);
  if (firstSpan === trace.spanCount) return [];
  const columnsJson = columnsOf(trace, columns);
  const maxOtherBytes = OPEN.length + columnsJson.length + MAX_END_BYTES;
  // At least half of the line, and as much as the columns, so that large ones (a huge span name, thousands of services) are
  // not repeated for every span.
  const maxArrayBytes = Math.max(MAX_LINE_BYTES - maxOtherBytes, MAX_LINE_BYTES / 2, columnsJson.length);
  // What an earlier trace may have left when its writing failed.
  out.length = 0;
  const newTraceState = newTraceStates(trace, columns.threshold);
  const lines: Uint8Array[] = [];
  for (let span = firstSpan, seq = columns.firstSeq; span < trace.spanCount; seq++) {
    out.piece(OPEN);
    span = writeResourceSpans(out, trace, span, maxArrayBytes, newTraceState);
    out.raw(columnsJson);
    out.integer(seq);
    out.piece(CLOSE);
    lines.push(out.take());
  }
  return lines;
}

/**
 * The change of `th` in the trace states of a trace's spans, span by span; undefined when nothing changes.
 *
 * A threshold is never lowered: that of an earlier, stricter sampler stays. If a span's own randomness is below the
 * threshold that it would get, `th` would be wrong and is removed (OpenTelemetry specification, "TraceState:
 * Probability Sampling", general requirements).
 */
export function newTraceStates(trace: Trace, update: ThresholdUpdate): NewTraceState | undefined {
  if (update === undefined) return undefined;
  if (update === null) return hasTraceState(trace) ? remembering(trace, withoutThreshold) : undefined;
  const threshold = parseThreshold(update);
  if (threshold === undefined) throw new Error(`"${update}" is not a threshold`);
  const idRandom = idRandomness(trace.traceId);
  return remembering(trace, (traceState) => raise(traceState, threshold, idRandom));
}

function withoutThreshold(traceState: string): string {
  return withThreshold(traceState, undefined);
}

function raise(traceState: string, threshold: bigint, idRandom: bigint): string {
  const existing: OtSampling = readOtSampling(traceState);
  if (existing.threshold !== undefined && existing.threshold >= threshold) return traceState;
  return withThreshold(traceState, (existing.randomness ?? idRandom) >= threshold ? threshold : undefined);
}

function hasTraceState(trace: Trace): boolean {
  const { spans } = trace.index;
  for (let span = 0; span < spans.length; span++) {
    if (spans.get(span, SPAN.traceState) !== 0) return true;
  }
  return false;
}

/** Nearly always all spans of a trace have the same trace state: the last answer is kept. */
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
