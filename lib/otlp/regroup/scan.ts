import { MalformedOtlpError, RequestTooLargeError } from '../errors.ts';
import { type Fault, FaultCursor } from '../protobuf/fault-cursor.ts';
import { FIELD_NUMBERS, messageNumber, OTLP_MESSAGES } from '../protobuf/schema.ts';
import { unexpected, validateField } from '../protobuf/validate.ts';
import { FIELD_KINDS, LENGTH_DELIMITED, tagOf, UNKNOWN_FIELD } from '../protobuf/wire.ts';
import { EnvelopeTable } from './envelope-table.ts';
import { RejectedSpans, type SpanProblem, SpanScan } from './span-scan.ts';
import { TraceTable } from './trace-table.ts';

const REQUEST = messageNumber('ExportTraceServiceRequest');
const RESOURCE_SPANS_MESSAGE = messageNumber('ResourceSpans');
const SCOPE_SPANS_MESSAGE = messageNumber('ScopeSpans');

const RESOURCE_SPANS = tagOf(1, LENGTH_DELIMITED);
const SCOPE_SPANS = tagOf(2, LENGTH_DELIMITED);
const SPANS = tagOf(2, LENGTH_DELIMITED);

/**
 * The maximum number of traces in a request. Ingest writes one fragment per trace to the buffer: more could not be made
 * durable before an exporter gives up, and would exceed the memory of the function.
 */
export const MAX_TRACES = 100_000;

const NO_PARENT = -1;
const NO_SCOPE = -1;

/** Columns for each span, at `span number * SPAN_COLUMNS`. */
export const SPAN_COLUMNS = 4;
/** The range of its field, including the tag. */
export const SPAN_START = 0;
export const SPAN_END = 1;
/** The number of its scope. */
export const SPAN_SCOPE = 2;
/** The number of the previous span in the same trace, or {@link NO_SPAN}. */
export const SPAN_PREVIOUS = 3;
export const NO_SPAN = -1;

/**
 * Reads an `ExportTraceServiceRequest`, validates all of it, and records where each trace has its spans. A fault inside
 * a span, a scope or a resource rejects only the spans that it concerns.
 *
 * It holds only numbers, and only for accepted spans and the envelopes around them.
 */
export class RegroupScan {
  readonly traces: TraceTable;
  readonly scopes: EnvelopeTable = new EnvelopeTable();
  readonly resources: EnvelopeTable = new EnvelopeTable();
  readonly rejected: RejectedSpans = new RejectedSpans();
  spans: Int32Array = new Int32Array(512 * SPAN_COLUMNS);
  spanCount = 0;
  /** Indexed by trace number. */
  readonly lastSpan: number[] = [];
  readonly spanCounts: number[] = [];
  readonly hasRoot: boolean[] = [];
  readonly #cursor: FaultCursor;
  readonly #span = new SpanScan();
  /** The offsets of envelopes in which a fault was found after spans in them had been accepted. */
  readonly #faulty: Set<number>;

  private constructor(request: Uint8Array, faulty: Set<number>) {
    this.#faulty = faulty;
    this.traces = new TraceTable(request);
    this.#cursor = new FaultCursor(request);
    const cursor = this.#cursor;
    while (cursor.offset < cursor.end) {
      const tagOffset = cursor.offset;
      const tag = cursor.tag();
      if (tag === RESOURCE_SPANS) {
        this.#readResourceSpans(this.#fieldEnd());
      } else {
        const fault = this.#readField(REQUEST, tag, tagOffset);
        if (fault !== undefined) this.rejected.addFault('resource', 0, fault);
      }
    }
  }

  /**
   * Reads the request once, or twice if an envelope with accepted spans turns out to be faulty.
   * @throws {MalformedOtlpError} if the boundaries of the spans cannot be read
   * @throws {RequestTooLargeError} if it has spans of more than {@link MAX_TRACES} traces
   */
  static of(request: Uint8Array): RegroupScan {
    const faulty = new Set<number>();
    const scan = new RegroupScan(request, faulty);
    return faulty.size === 0 ? scan : new RegroupScan(request, faulty);
  }

  #readResourceSpans(end: number): void {
    const cursor = this.#cursor;
    const { offset: start, end: outerEnd } = cursor;
    const spansBefore = this.spanCount;
    const resource = this.resources.add(NO_PARENT);
    const isFaulty = this.#faulty.has(start);
    let fault: Fault | undefined;
    let hasChild = false;
    let count = 0;
    cursor.end = end;
    while (cursor.offset < end) {
      const tagOffset = cursor.offset;
      const tag = cursor.tag();
      if (tag === SCOPE_SPANS) {
        hasChild = true;
        const scopeEnd = this.#fieldEnd();
        if (fault === undefined && !isFaulty) this.#readScopeSpans(scopeEnd, resource);
        else count += this.#countSpans(scopeEnd);
      } else {
        const fieldFault = this.#readField(RESOURCE_SPANS_MESSAGE, tag, tagOffset);
        fault ??= fieldFault;
        this.resources.addField(tagOffset, cursor.offset, hasChild);
      }
    }
    cursor.end = outerEnd;
    if (this.spanCount === spansBefore) this.resources.dropLast();
    this.#endEnvelope('resource', start, fault, count, spansBefore);
  }

  #readScopeSpans(end: number, resource: number): void {
    const cursor = this.#cursor;
    const { offset: start, end: outerEnd } = cursor;
    const spansBefore = this.spanCount;
    const scope = this.scopes.add(resource);
    const isFaulty = this.#faulty.has(start);
    let fault: Fault | undefined;
    let hasChild = false;
    let count = 0;
    cursor.end = end;
    while (cursor.offset < end) {
      const tagOffset = cursor.offset;
      const tag = cursor.tag();
      if (tag === SPANS) {
        hasChild = true;
        const spanEnd = this.#fieldEnd();
        if (fault === undefined && !isFaulty) {
          this.#readSpan(tagOffset, spanEnd, scope);
        } else {
          count++;
          cursor.offset = spanEnd;
        }
      } else {
        const fieldFault = this.#readField(SCOPE_SPANS_MESSAGE, tag, tagOffset);
        fault ??= fieldFault;
        this.scopes.addField(tagOffset, cursor.offset, hasChild);
      }
    }
    cursor.end = outerEnd;
    if (this.spanCount === spansBefore) this.scopes.dropLast();
    this.#endEnvelope('scope', start, fault, count, spansBefore);
  }

  /** @param count the number of spans that were not read because of the fault */
  #endEnvelope(
    problem: SpanProblem,
    start: number,
    fault: Fault | undefined,
    count: number,
    spansBefore: number,
  ): void {
    if (fault === undefined) return;
    if (this.spanCount > spansBefore) this.#faulty.add(start);
    else this.rejected.addFault(problem, count, fault);
  }

  /** Validates one field of an envelope or of the request and returns the fault in its value. */
  #readField(message: number, tag: number, tagOffset: number): Fault | undefined {
    const cursor = this.#cursor;
    this.#expectNoFault();
    const number = tag >>> 3;
    const kind = number < FIELD_NUMBERS ? FIELD_KINDS[message * FIELD_NUMBERS + number] : UNKNOWN_FIELD;
    if (kind === UNKNOWN_FIELD && this.rejected.wantsUnknownNames) {
      this.rejected.addUnknownName(`field ${number} of ${OTLP_MESSAGES[message]?.name}`);
    }
    if ((tag & 7) === LENGTH_DELIMITED) {
      // Whatever the value contains, it ends where its length says.
      const valueOffset = cursor.offset;
      const valueEnd = this.#fieldEnd();
      const outerEnd = cursor.end;
      cursor.offset = valueOffset;
      cursor.end = valueEnd;
      validateField(cursor, message, tag, tagOffset, 0);
      cursor.offset = valueEnd;
      cursor.end = outerEnd;
      return cursor.takeFault();
    }
    cursor.skip(tag);
    this.#expectNoFault();
    return kind === UNKNOWN_FIELD ? undefined : { problem: unexpected(message, tag), offset: tagOffset };
  }

  /** The number of spans in the `ScopeSpans` that ends at `end`. */
  #countSpans(end: number): number {
    const cursor = this.#cursor;
    const outerEnd = cursor.end;
    cursor.end = end;
    let count = 0;
    while (cursor.offset < end) {
      const tag = cursor.tag();
      if (tag === SPANS) count++;
      cursor.skip(tag);
    }
    cursor.end = outerEnd;
    this.#expectNoFault();
    return count;
  }

  /** Reads the length of a field on which the rest of the request depends. */
  #fieldEnd(): number {
    const end = this.#cursor.lengthDelimitedEnd();
    this.#expectNoFault();
    return end;
  }

  #expectNoFault(): void {
    const fault = this.#cursor.takeFault();
    if (fault !== undefined) throw new MalformedOtlpError(fault.problem, fault.offset);
  }

  #readSpan(tagOffset: number, end: number, scope: number): void {
    const cursor = this.#cursor;
    const span = this.#span;
    span.read(cursor, end);
    if (span.problem === undefined) this.#addSpan(tagOffset, cursor.offset, scope);
    else if (span.fault === undefined) this.rejected.add(span.problem);
    else this.rejected.addFault(span.problem, 1, span.fault);
  }

  #addSpan(start: number, end: number, scope: number): void {
    const trace = this.traces.numberOf(this.#span.traceIdOffset);
    if (trace === MAX_TRACES) {
      throw new RequestTooLargeError(`the request has spans of more than ${MAX_TRACES} traces`);
    }
    const previous = this.lastSpan[trace] ?? NO_SPAN;
    const span = this.spanCount++;
    this.lastSpan[trace] = span;
    this.spanCounts[trace] = (this.spanCounts[trace] ?? 0) + 1;
    this.hasRoot[trace] = this.#span.isRoot || this.hasRoot[trace] === true;

    const row = span * SPAN_COLUMNS;
    if (row === this.spans.length) this.#growSpans();
    this.spans[row + SPAN_START] = start;
    this.spans[row + SPAN_END] = end;
    this.spans[row + SPAN_SCOPE] = scope;
    this.spans[row + SPAN_PREVIOUS] = previous;

    const previousScope =
      previous === NO_SPAN ? NO_SCOPE : (this.spans[previous * SPAN_COLUMNS + SPAN_SCOPE] as number);
    if (scope !== previousScope) this.#countCopies(scope, previousScope);
  }

  #countCopies(scope: number, previousScope: number): void {
    this.scopes.addCopy(scope);
    const parent = this.scopes.parentOf(scope);
    if (previousScope === NO_SCOPE || parent !== this.scopes.parentOf(previousScope)) this.resources.addCopy(parent);
  }

  #growSpans(): void {
    const grown = new Int32Array(this.spans.length * 2);
    grown.set(this.spans);
    this.spans = grown;
  }
}
