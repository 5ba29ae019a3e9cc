import { type Fault, MalformedOtlpError, RequestTooLargeError } from '../errors.ts';
import { FIELD_KINDS, FIELD_NUMBERS, messageNumber, OTLP_MESSAGES, UNKNOWN_FIELD } from '../protobuf/schema.ts';
import { unexpected, validateField } from '../protobuf/validate.ts';
import { FaultCursor } from '../protobuf/wire-cursor.ts';
import { LENGTH_DELIMITED, tagOf } from '../protobuf/wire-values.ts';
import { RejectedSpans, type SpanProblem } from '../rejected-spans.ts';
import { EnvelopeTable } from './envelope-table.ts';
import { SpanScan } from './span-scan.ts';
import { TraceTable } from './trace-table.ts';

const REQUEST = messageNumber('ExportTraceServiceRequest');
const RESOURCE_SPANS = tagOf(1, LENGTH_DELIMITED);
/** The scopes in a `ResourceSpans`, and the spans in a `ScopeSpans`. */
const CHILD = tagOf(2, LENGTH_DELIMITED);

/**
 * The most traces that a request may have spans of. Each gets a fragment in the buffer: more could not be made durable
 * before an exporter gives up, and would exhaust the memory of a function.
 */
export const MAX_TRACES = 100_000;
const NO_PARENT = -1;
const NO_SCOPE = -1;

/**
 * The columns of {@link RegroupScan.spans}: a span has {@link SPAN_COLUMNS} cells, from `span number * SPAN_COLUMNS`
 * on.
 */
export const SPAN_COLUMNS = 4;
/** Start of the span's field in the request, with its tag. */
export const SPAN_START = 0;
/** End of the span's field. */
export const SPAN_END = 1;
/** The number of its scope. */
export const SPAN_SCOPE = 2;
/** The number of the span before it in the same trace, or {@link NO_SPAN}. */
export const SPAN_PREVIOUS = 3;
export const NO_SPAN = -1;

/** A kind of envelope: a message around spans, whose other fields every trace in it needs a copy of. */
interface EnvelopeKind {
  readonly problem: SpanProblem;
  /** The number of the message. */
  readonly message: number;
  readonly table: EnvelopeTable;
}

/**
 * Reads an `ExportTraceServiceRequest`, validates all of it, and notes where each trace has its spans. A fault inside
 * of a span, a scope or a resource costs only the spans that it concerns.
 *
 * It holds numbers only, and only for accepted spans and the envelopes around them.
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
  readonly #resourceKind: EnvelopeKind = {
    problem: 'resource',
    message: messageNumber('ResourceSpans'),
    table: this.resources,
  };
  readonly #scopeKind: EnvelopeKind = { problem: 'scope', message: messageNumber('ScopeSpans'), table: this.scopes };
  /** The offsets of envelopes whose fault was found after spans in them had been accepted. */
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
        this.#readEnvelope(this.#resourceKind, this.#fieldEnd(), NO_PARENT);
      } else {
        const fault = this.#readField(REQUEST, tag, tagOffset);
        if (fault !== undefined) this.rejected.addFault('resource', 0, fault);
      }
    }
  }

  /**
   * Reads the request once; or twice, when an envelope turns out to be faulty after spans in it have been accepted.
   * @throws {MalformedOtlpError} when the request cannot be read down to where its spans start and end
   * @throws {RequestTooLargeError} when it has spans of more than {@link MAX_TRACES} traces
   */
  static of(request: Uint8Array): RegroupScan {
    const faulty = new Set<number>();
    const scan = new RegroupScan(request, faulty);
    return faulty.size === 0 ? scan : new RegroupScan(request, faulty);
  }

  /**
   * Reads a `ResourceSpans` with its scopes, or a `ScopeSpans` with its spans. Once a fault is known, the spans in it
   * are only counted.
   *
   * @param parent the number of the envelope around it
   */
  #readEnvelope(kind: EnvelopeKind, end: number, parent: number): void {
    const cursor = this.#cursor;
    const { message, table } = kind;
    const isScope = kind === this.#scopeKind;
    const { offset: start, end: outerEnd } = cursor;
    const spansBefore = this.spanCount;
    const envelope = table.add(parent);
    const isFaulty = this.#faulty.has(start);
    let fault: Fault | undefined;
    let hasChild = false;
    let unreadSpans = 0;
    cursor.end = end;
    while (cursor.offset < end) {
      const tagOffset = cursor.offset;
      const tag = cursor.tag();
      if (tag === CHILD) {
        hasChild = true;
        // Not by a call for each span: until V8 has compiled the code, each call costs more than what it does.
        const childEnd = cursor.lengthDelimitedEnd();
        if (cursor.fault !== undefined) this.#expectNoFault();
        if (fault === undefined && !isFaulty) {
          if (isScope) this.#readSpan(tagOffset, childEnd, envelope);
          else this.#readEnvelope(this.#scopeKind, childEnd, envelope);
        } else if (isScope) {
          unreadSpans++;
          cursor.offset = childEnd;
        } else {
          unreadSpans += this.#countSpans(childEnd);
        }
      } else {
        const fieldFault = this.#readField(message, tag, tagOffset);
        fault ??= fieldFault;
        table.addField(tagOffset, cursor.offset, hasChild);
      }
    }
    cursor.end = outerEnd;
    if (this.spanCount === spansBefore) table.dropLast();
    if (fault === undefined) return;
    if (this.spanCount > spansBefore) this.#faulty.add(start);
    else this.rejected.addFault(kind.problem, unreadSpans, fault);
  }

  /** Validates one field of an envelope or of the request. @returns the fault in its value */
  #readField(message: number, tag: number, tagOffset: number): Fault | undefined {
    const cursor = this.#cursor;
    this.#expectNoFault();
    const number = tag >>> 3;
    const kind = number < FIELD_NUMBERS ? FIELD_KINDS[message * FIELD_NUMBERS + number] : UNKNOWN_FIELD;
    if (kind === UNKNOWN_FIELD && this.rejected.wantsUnknownNames) {
      this.rejected.addUnknownName(`field ${number} of ${OTLP_MESSAGES[message]?.name}`);
    }
    if ((tag & 7) === LENGTH_DELIMITED) {
      // Whatever is inside, the field ends where its length says.
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

  /** The number of spans in the `ScopeSpans` up to `end`. */
  #countSpans(end: number): number {
    const cursor = this.#cursor;
    const outerEnd = cursor.end;
    cursor.end = end;
    let count = 0;
    while (cursor.offset < end) {
      const tag = cursor.tag();
      if (tag === CHILD) count++;
      cursor.skip(tag);
    }
    cursor.end = outerEnd;
    this.#expectNoFault();
    return count;
  }

  /** The end of a field whose length everything after it depends on. @throws {MalformedOtlpError} */
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
