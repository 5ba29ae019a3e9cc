import { MalformedOtlpError } from '../errors.ts';
import type { Fault, FaultCursor } from '../protobuf/fault-cursor.ts';
import { messageNumber } from '../protobuf/schema.ts';
import { validateField, validateKeyValue } from '../protobuf/validate.ts';
import { LENGTH_DELIMITED, tagOf } from '../protobuf/wire.ts';

/** Whether an ID is all zero, which OTLP declares invalid. */
export function isZeroAt(bytes: Uint8Array, offset: number, length: number): boolean {
  for (let i = offset; i < offset + length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** Why a span is rejected. The first reason that applies counts. */
export type SpanProblem = 'resource' | 'scope' | 'span' | 'trace_id' | 'span_id' | 'parent_span_id' | 'link';

const PROBLEMS: Readonly<Record<SpanProblem, string>> = {
  resource: 'under a resource that cannot be read',
  scope: 'under a scope that cannot be read',
  span: 'that cannot be read',
  trace_id: 'with an invalid trace_id (allowed: 16 bytes, not all zero; in JSON 32 hex digits)',
  span_id: 'with an invalid span_id (allowed: 8 bytes, not all zero; in JSON 16 hex digits)',
  parent_span_id: 'with an invalid parent_span_id (allowed: 8 bytes, in JSON 16 hex digits, or none for a root span)',
  link: 'with an invalid ID in a link (allowed: 16 bytes for trace_id, 8 bytes for span_id, or none)',
};

/** The number of names of unknown members that are kept for the message. */
const MAX_NAMES = 5;
/** The number of unknown members that are examined for these names. */
const MAX_UNKNOWN_MEMBERS = 100;

/**
 * Counts the spans of a request that cannot be accepted, and keeps what their sender should know, for OTLP's
 * `partial_success`. It stays small, however long the request is.
 */
export class RejectedSpans {
  /** The number of rejected spans. */
  count = 0;
  readonly #counts = new Map<SpanProblem, number>();
  /** The first fault of each kind. */
  readonly #faults = new Map<SpanProblem, Fault>();
  /** The first fault in a part of the request in which no span was found. */
  #unread: Fault | undefined;
  readonly #unknownNames = new Set<string>();
  #unknownMembers = 0;

  add(problem: SpanProblem): void {
    this.count++;
    this.#counts.set(problem, (this.#counts.get(problem) ?? 0) + 1);
  }

  /** Rejects this many spans because of the fault of one message. 0: a part of the request that may have had spans. */
  addFault(problem: SpanProblem, count: number, fault: Fault): void {
    if (count === 0) {
      this.#unread ??= fault;
      return;
    }
    this.count += count;
    const before = this.#counts.get(problem) ?? 0;
    this.#counts.set(problem, before + count);
    if (before === 0) this.#faults.set(problem, fault);
  }

  /** Adds what another reader of the same request has rejected. */
  addAll(other: RejectedSpans): void {
    this.count += other.count;
    for (const [problem, count] of other.#counts) {
      this.#counts.set(problem, (this.#counts.get(problem) ?? 0) + count);
      const fault = this.#faults.get(problem) ?? other.#faults.get(problem);
      if (fault !== undefined) this.#faults.set(problem, fault);
    }
    this.#unread ??= other.#unread;
    for (const name of other.#unknownNames) this.addUnknownName(name);
  }

  /** Whether it still collects names of unknown members. */
  get wantsUnknownNames(): boolean {
    return this.#unknownMembers < MAX_UNKNOWN_MEMBERS;
  }

  /** Records an unknown member, which is ignored as OTLP requires. It matters only if nothing else was found. */
  addUnknownName(name: string): void {
    this.#unknownMembers++;
    if (this.#unknownNames.size < MAX_NAMES) this.#unknownNames.add(name);
  }

  /**
   * Call this when the whole request has been read.
   * @throws {MalformedOtlpError} if the request has a fault and no span was found because of it
   */
  expectSpans(acceptedSpanCount: number): void {
    if (this.#unread === undefined || acceptedSpanCount + this.count > 0) return;
    throw new MalformedOtlpError(this.#unread.problem, this.#unread.offset);
  }

  /** What was wrong, how often, and what is allowed; undefined if there is nothing to tell the sender. */
  message(acceptedSpanCount: number, isEmptyRequest: boolean): string | undefined {
    if (this.count === 0 && acceptedSpanCount === 0) return this.#noSpans(isEmptyRequest);
    const parts: string[] = [];
    if (this.count > 0) parts.push(`${this.count} ${this.count === 1 ? 'span' : 'spans'} rejected: ${this.#reasons()}`);
    if (this.#unread !== undefined) parts.push(`ignored where spans should be: ${textOf(this.#unread)}`);
    return parts.length === 0 ? undefined : parts.join('; ');
  }

  #reasons(): string {
    const reasons = [...this.#counts].map(([problem, times]) => {
      const fault = this.#faults.get(problem);
      const example = fault === undefined ? '' : ` (${times === 1 ? '' : 'first: '}${textOf(fault)})`;
      return `${times} ${PROBLEMS[problem]}${example}`;
    });
    return reasons.join(', ');
  }

  #noSpans(isEmptyRequest: boolean): string | undefined {
    const names = [...this.#unknownNames];
    if (names.length === 0) return isEmptyRequest ? undefined : 'no spans found: the request has none';
    const plainNames = names.map((name) => name.toLowerCase().replaceAll('_', ''));
    const hints = Object.entries(HINTS).filter(([word]) => plainNames.some((name) => name.includes(word)));
    const text = [
      `no spans found: unknown ${names.join(', ')}`,
      'expected an ExportTraceServiceRequest with resourceSpans, scopeSpans and spans',
      ...hints.map(([, hint]) => hint),
    ];
    return text.join('; ');
  }
}

/** Hints by a part of the name of something that older or other OTLP messages have, in either spelling. */
const HINTS: Readonly<Record<string, string>> = {
  logs: 'Tailgate does not accept logs: send only traces',
  metrics: 'Tailgate does not accept metrics: send only traces',
  profiles: 'Tailgate does not accept profiles: send only traces',
  instrumentationlibraryspans: 'scopeSpans replaced instrumentationLibrarySpans in OTLP 0.15: update the sender',
};

function textOf({ problem, offset }: Fault): string {
  return `${problem} at offset ${offset}`;
}

const SPAN = messageNumber('Span');
const LINK = messageNumber('Link');

const TRACE_ID = tagOf(1, LENGTH_DELIMITED);
const SPAN_ID = tagOf(2, LENGTH_DELIMITED);
const PARENT_SPAN_ID = tagOf(4, LENGTH_DELIMITED);
const ATTRIBUTES = tagOf(9, LENGTH_DELIMITED);
const LINKS = tagOf(13, LENGTH_DELIMITED);

const ABSENT = -1;
const WRONG_LENGTH = -2;

/**
 * Validates one span and finds its IDs. If an ID occurs several times, the last one counts, as everywhere in protobuf.
 * One object is reused for all spans, so nothing is allocated.
 */
export class SpanScan {
  /** Where the 16 bytes of the trace ID are. Undefined if there is a problem. */
  traceIdOffset = ABSENT;
  /** The span has no parent span ID, or one that is all zero, which the Collector also reads as none. */
  isRoot = false;
  /** Why the span must be rejected; undefined if it is accepted. */
  problem: SpanProblem | undefined;
  /** The part of the span that cannot be read; undefined if there is none. */
  fault: Fault | undefined;

  /** Reads the span from `cursor.offset` to `end`, and takes the fault from the cursor. */
  read(cursor: FaultCursor, end: number): void {
    let traceId = ABSENT;
    let spanId = ABSENT;
    let parentSpanId = ABSENT;
    let hasInvalidLink = false;
    const outerEnd = cursor.end;
    cursor.end = end;
    while (cursor.offset < end) {
      const tagOffset = cursor.offset;
      const tag = cursor.tag();
      switch (tag) {
        case ATTRIBUTES:
          validateKeyValue(cursor, cursor.lengthDelimitedEnd(), 0);
          break;
        case TRACE_ID:
          traceId = readId(cursor, 16);
          break;
        case SPAN_ID:
          spanId = readId(cursor, 8);
          break;
        case PARENT_SPAN_ID:
          parentSpanId = readId(cursor, 8);
          break;
        case LINKS:
          if (!readLink(cursor, cursor.lengthDelimitedEnd())) hasInvalidLink = true;
          break;
        default:
          validateField(cursor, SPAN, tag, tagOffset, 0);
      }
    }
    cursor.end = outerEnd;
    const { bytes } = cursor;
    this.traceIdOffset = traceId;
    this.isRoot = parentSpanId === ABSENT || (parentSpanId >= 0 && isZeroAt(bytes, parentSpanId, 8));
    this.fault = cursor.takeFault();
    if (this.fault !== undefined) this.problem = 'span';
    else if (traceId < 0 || isZeroAt(bytes, traceId, 16)) this.problem = 'trace_id';
    else if (spanId < 0 || isZeroAt(bytes, spanId, 8)) this.problem = 'span_id';
    else if (parentSpanId === WRONG_LENGTH) this.problem = 'parent_span_id';
    else this.problem = hasInvalidLink ? 'link' : undefined;
  }
}

/** Validates a link and returns whether its IDs are valid: each has its length or is absent. */
function readLink(cursor: FaultCursor, end: number): boolean {
  let traceId = ABSENT;
  let spanId = ABSENT;
  const outerEnd = cursor.end;
  cursor.end = end;
  while (cursor.offset < end) {
    const tagOffset = cursor.offset;
    const tag = cursor.tag();
    if (tag === TRACE_ID) traceId = readId(cursor, 16);
    else if (tag === SPAN_ID) spanId = readId(cursor, 8);
    else validateField(cursor, LINK, tag, tagOffset, 0);
  }
  cursor.end = outerEnd;
  return traceId !== WRONG_LENGTH && spanId !== WRONG_LENGTH;
}

/** The offset of an ID of this length, or {@link ABSENT} (no bytes) or {@link WRONG_LENGTH}. */
function readId(cursor: FaultCursor, length: number): number {
  const end = cursor.lengthDelimitedEnd();
  const start = cursor.offset;
  cursor.offset = end;
  if (end - start === length) return start;
  return end === start ? ABSENT : WRONG_LENGTH;
}
