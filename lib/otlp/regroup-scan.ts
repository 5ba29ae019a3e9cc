import { messageNumber } from './otlp-schema.ts';
import { RejectedSpans } from './rejected-spans.ts';
import { SpanScan } from './span-scan.ts';
import { TraceTable } from './trace-table.ts';
import { validateField } from './validate-message.ts';
import { LENGTH_DELIMITED, tagOf, WireCursor } from './wire.ts';

const REQUEST = messageNumber('ExportTraceServiceRequest');
const RESOURCE_SPANS_MESSAGE = messageNumber('ResourceSpans');
const SCOPE_SPANS_MESSAGE = messageNumber('ScopeSpans');

const RESOURCE_SPANS = tagOf(1, LENGTH_DELIMITED);
const SCOPE_SPANS = tagOf(2, LENGTH_DELIMITED);
const SPANS = tagOf(2, LENGTH_DELIMITED);

/** A `ResourceSpans` or `ScopeSpans` without the scopes or spans in it: the fields that each of its traces needs. */
export class Envelope {
  /** The envelope that it is in. */
  readonly parent: Envelope | undefined;
  /** Where its other fields are, as pairs of start and end offsets: those before its first child, and the rest. */
  readonly before: number[] = [];
  readonly after: number[] = [];
  /** Of all these fields, in bytes. */
  size = 0;
  /** How often it must be written: at most once per trace. */
  copies = 0;
  #hasChild = false;

  constructor(parent: Envelope | undefined) {
    this.parent = parent;
  }

  addChild(): void {
    this.#hasChild = true;
  }

  addField(start: number, end: number): void {
    const pieces = this.#hasChild ? this.after : this.before;
    if (pieces.at(-1) === start) pieces[pieces.length - 1] = end;
    else pieces.push(start, end);
    this.size += end - start;
  }
}

/** What is known of each span, at `span number * SPAN_COLUMNS`. */
export const SPAN_COLUMNS = 4;
/** Where its field starts, with the tag, and ends. */
export const SPAN_START = 0;
export const SPAN_END = 1;
/** Its scope, by number. */
export const SPAN_SCOPE = 2;
/** The span before it in the same trace, by number, or {@link NO_SPAN}. */
export const SPAN_PREVIOUS = 3;
export const NO_SPAN = -1;

/** Reads an `ExportTraceServiceRequest` once, validates all of it, and notes where each trace has its spans. */
export class RegroupScan {
  readonly traces: TraceTable;
  readonly scopes: Envelope[] = [];
  readonly resources: Envelope[] = [];
  readonly rejected = new RejectedSpans();
  spans: Int32Array = new Int32Array(512 * SPAN_COLUMNS);
  spanCount = 0;
  /** By trace number. */
  readonly lastSpan: number[] = [];
  readonly spanCounts: number[] = [];
  readonly hasRoot: boolean[] = [];
  readonly #cursor: WireCursor;
  readonly #span = new SpanScan();

  /** @throws {MalformedOtlpError} */
  constructor(request: Uint8Array) {
    this.traces = new TraceTable(request);
    this.#cursor = new WireCursor(request);
    const cursor = this.#cursor;
    while (cursor.offset < cursor.end) {
      const tagOffset = cursor.offset;
      const tag = cursor.tag();
      if (tag === RESOURCE_SPANS) this.#readResourceSpans(cursor.lengthDelimitedEnd());
      else validateField(cursor, REQUEST, tag, tagOffset, 0);
    }
  }

  #readResourceSpans(end: number): void {
    const cursor = this.#cursor;
    const envelope = new Envelope(undefined);
    this.resources.push(envelope);
    const outerEnd = cursor.end;
    cursor.end = end;
    while (cursor.offset < end) {
      const tagOffset = cursor.offset;
      const tag = cursor.tag();
      if (tag === SCOPE_SPANS) {
        envelope.addChild();
        this.#readScopeSpans(cursor.lengthDelimitedEnd(), envelope);
      } else {
        validateField(cursor, RESOURCE_SPANS_MESSAGE, tag, tagOffset, 0);
        envelope.addField(tagOffset, cursor.offset);
      }
    }
    cursor.end = outerEnd;
  }

  #readScopeSpans(end: number, parent: Envelope): void {
    const cursor = this.#cursor;
    const envelope = new Envelope(parent);
    const scope = this.scopes.push(envelope) - 1;
    const outerEnd = cursor.end;
    cursor.end = end;
    while (cursor.offset < end) {
      const tagOffset = cursor.offset;
      const tag = cursor.tag();
      if (tag === SPANS) {
        envelope.addChild();
        this.#span.read(cursor, cursor.lengthDelimitedEnd());
        if (this.#span.problem === undefined) this.#addSpan(tagOffset, cursor.offset, scope);
        else this.rejected.add(this.#span.problem);
      } else {
        validateField(cursor, SCOPE_SPANS_MESSAGE, tag, tagOffset, 0);
        envelope.addField(tagOffset, cursor.offset);
      }
    }
    cursor.end = outerEnd;
  }

  #addSpan(start: number, end: number, scope: number): void {
    const trace = this.traces.numberOf(this.#span.traceIdOffset);
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

    const previousScope = previous === NO_SPAN ? -1 : this.spans[previous * SPAN_COLUMNS + SPAN_SCOPE];
    if (scope !== previousScope) this.#countCopies(scope, previousScope as number);
  }

  #countCopies(scope: number, previousScope: number): void {
    const envelope = this.scopes[scope] as Envelope;
    envelope.copies++;
    const parent = envelope.parent as Envelope;
    if (parent !== this.scopes[previousScope]?.parent) parent.copies++;
  }

  #growSpans(): void {
    const grown = new Int32Array(this.spans.length * 2);
    grown.set(this.spans);
    this.spans = grown;
  }
}
