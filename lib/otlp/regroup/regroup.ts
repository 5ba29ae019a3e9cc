import { RequestTooLargeError } from '../errors.ts';
import { LENGTH_DELIMITED, tagOf } from '../protobuf/wire-values.ts';
import { RejectedSpans } from '../rejected-spans.ts';
import { BackwardWriter } from './backward-writer.ts';
import type { EnvelopeTable } from './envelope-table.ts';
import { NO_SPAN, RegroupScan, SPAN_COLUMNS, SPAN_END, SPAN_PREVIOUS, SPAN_SCOPE, SPAN_START } from './scan.ts';

/**
 * The maximum size of all fragments of a request, in bytes. Each trace gets its own copy of its resource, so without a
 * limit a large resource and many traces could need any amount of memory. Ordinary requests grow by two thirds.
 */
export const MAX_FRAGMENTS_BYTES = 128 * 1024 * 1024;

/** The spans of one trace from one export request. */
export interface TraceFragment {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** OTLP `TracesData` in protobuf. It shares memory with the other fragments of the request. */
  readonly payload: Uint8Array;
  readonly spanCount: number;
  /** Whether one of the spans is a root span: its parent span ID is empty, or all zero. */
  readonly hasRoot: boolean;
}

export interface RegroupedRequest {
  /** In the order of the first occurrence of each trace. */
  readonly fragments: readonly TraceFragment[];
  /** The number of spans in the fragments. */
  readonly spanCount: number;
  readonly rejectedSpanCount: number;
  /** What the sender should know: what is wrong with the rejected spans, or why there are no spans at all. */
  readonly errorMessage: string | undefined;
  /** The memory that the fragments share. `giveBack` frees it when nobody reads any of them any more. */
  readonly memory: Uint8Array;
}

/**
 * Regroups an OTLP `ExportTraceServiceRequest` (protobuf) by trace, by slicing its bytes.
 *
 * A fragment has every `ResourceSpans` and `ScopeSpans` with spans of the trace, in the order of the request, with all
 * their other fields, and the spans byte for byte. Fields that OTLP does not know (yet) survive, except at the top
 * level of the request, where they would belong to no trace. These spans are left out and counted as rejected: spans
 * with an invalid ID; spans with a parent span ID or link IDs of an impossible length, which other OTLP readers reject;
 * spans with a value that cannot be read, because it is damaged or nested deeper than `MAX_VALUE_DEPTH`. A value that
 * cannot be read in a resource or scope rejects the spans under it.
 *
 * The whole request is validated first, so a fragment can always be decoded. Only UTF-8 is not validated: readers of a
 * fragment must replace invalid sequences.
 *
 * @param rejected the spans that were rejected earlier, when the request was translated to protobuf
 * @throws {MalformedOtlpError} if it is not such a request
 * @throws {RequestTooLargeError} if the fragments would be larger than {@link MAX_FRAGMENTS_BYTES}, or more than
 * `MAX_TRACES`
 */
export function regroup(request: Uint8Array, rejected: RejectedSpans = new RejectedSpans()): RegroupedRequest {
  const scan = RegroupScan.of(request);
  rejected.addAll(scan.rejected);
  rejected.expectSpans(scan.spanCount);
  const writer = new BackwardWriter(request, fragmentsSize(scan));
  const fragments: TraceFragment[] = [];
  for (let trace = 0; trace < scan.traces.size; trace++) {
    const end = writer.offset;
    writeTrace(writer, scan, scan.lastSpan[trace] as number);
    fragments.push({
      traceId: scan.traces.idOf(trace),
      payload: writer.bytes.subarray(writer.offset, end),
      spanCount: scan.spanCounts[trace] as number,
      hasRoot: scan.hasRoot[trace] as boolean,
    });
  }
  return {
    fragments,
    spanCount: scan.spanCount,
    rejectedSpanCount: rejected.count,
    errorMessage: rejected.message(scan.spanCount, request.length === 0),
    memory: writer.bytes,
  };
}

/** Most bytes of the tag and length of a `ResourceSpans` or `ScopeSpans`. */
const ENVELOPE_OVERHEAD = 6;

/** An upper bound for the size of all fragments together. */
function fragmentsSize(scan: RegroupScan): number {
  let size = sizeOfCopies(scan.resources) + sizeOfCopies(scan.scopes);
  const { spans } = scan;
  for (let row = 0; row < scan.spanCount * SPAN_COLUMNS; row += SPAN_COLUMNS) {
    size += (spans[row + SPAN_END] as number) - (spans[row + SPAN_START] as number);
  }
  if (size > MAX_FRAGMENTS_BYTES) {
    throw new RequestTooLargeError(
      `with a copy of their resource for each of ${scan.traces.size} traces the spans are ${size} bytes: at most ${MAX_FRAGMENTS_BYTES} are allowed`,
    );
  }
  return size;
}

function sizeOfCopies(envelopes: EnvelopeTable): number {
  let size = 0;
  for (let envelope = 0; envelope < envelopes.count; envelope++) {
    size += envelopes.copiesOf(envelope) * (envelopes.sizeOf(envelope) + ENVELOPE_OVERHEAD);
  }
  return size;
}

const RESOURCE_SPANS = tagOf(1, LENGTH_DELIMITED);
const SCOPE_SPANS = tagOf(2, LENGTH_DELIMITED);

/** Writes the fragment of a trace from its last span to its first, so that each length is known when it is written. */
function writeTrace(writer: BackwardWriter, scan: RegroupScan, lastSpan: number): void {
  const { spans, scopes, resources } = scan;
  let span = lastSpan;
  while (span !== NO_SPAN) {
    const resource = scopes.parentOf(spans[span * SPAN_COLUMNS + SPAN_SCOPE] as number);
    const resourceEnd = writer.offset;
    resources.copyTo(writer, resource, true);
    while (span !== NO_SPAN) {
      const scope = spans[span * SPAN_COLUMNS + SPAN_SCOPE] as number;
      if (scopes.parentOf(scope) !== resource) break;
      const scopeEnd = writer.offset;
      scopes.copyTo(writer, scope, true);
      span = writeSpans(writer, spans, span, scope);
      scopes.copyTo(writer, scope, false);
      writer.lengthAndTag(scopeEnd, SCOPE_SPANS);
    }
    resources.copyTo(writer, resource, false);
    writer.lengthAndTag(resourceEnd, RESOURCE_SPANS);
  }
}

/** Writes the spans that the trace has in one scope, up to `lastSpan`, and returns the span before them. */
function writeSpans(writer: BackwardWriter, spans: Int32Array, lastSpan: number, scope: number): number {
  let row = lastSpan * SPAN_COLUMNS;
  let start = spans[row + SPAN_START] as number;
  let end = spans[row + SPAN_END] as number;
  let span = spans[row + SPAN_PREVIOUS] as number;
  while (span !== NO_SPAN) {
    row = span * SPAN_COLUMNS;
    if (spans[row + SPAN_SCOPE] !== scope) break;
    // Adjacent spans of the request are copied in one step.
    if (spans[row + SPAN_END] !== start) {
      writer.copy(start, end);
      end = spans[row + SPAN_END] as number;
    }
    start = spans[row + SPAN_START] as number;
    span = spans[row + SPAN_PREVIOUS] as number;
  }
  writer.copy(start, end);
  return span;
}
