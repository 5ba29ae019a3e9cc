import type { Fault } from '../errors.ts';
import { messageNumber } from '../protobuf/schema.ts';
import { MAX_VALUE_DEPTH, TOO_DEEP } from '../protobuf/validate.ts';
import { WireWriter } from '../protobuf/writer.ts';
import { RejectedSpans, type SpanProblem } from '../rejected-spans.ts';
import { CLOSE_BRACE, CLOSE_BRACKET, JsonCursor, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './cursor.ts';
import { FieldOrder } from './field-order.ts';
import { type KeyedField, MESSAGE_KEYS, type MessageKeys } from './fields-by-key.ts';
import { copyPlainAttribute } from './plain-attribute.ts';
import { JsonKeys } from './read-keys.ts';
import { JsonNumbers } from './read-numbers.ts';
import { JsonScalars, MAX_SCALAR_LENGTH } from './scalars.ts';

/**
 * Translates an OTLP/JSON `ExportTraceServiceRequest` (UTF-8) to protobuf, in one pass from bytes to bytes.
 *
 * It accepts what the OTLP/JSON section of the specification allows
 * (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding) and what the JSON mapping of protobuf requires of
 * parsers (https://protobuf.dev/programming-guides/json/): lowerCamelCase and original field names, hex IDs in upper or
 * lower case, 64-bit integers as strings or numbers, enum values by number or name, unknown keys ignored, `null` for
 * absent. As in the Collector, `null` in a list is an empty element, and a repeated key, in one spelling or in both, is
 * read as protobuf reads a repeated field: the last value counts, lists are joined, messages are merged.
 *
 * Valid JSON that cannot be read as OTLP costs the span that contains it, or the spans of the resource or scope: they
 * are left out and counted in `rejected`. The result is canonical unless a key is repeated: fields in ascending order,
 * default values left out. IDs of a wrong length are passed on, and `regroup` rejects their spans.
 *
 * @param rejected collects the rejected spans
 * @throws {MalformedOtlpError} with the offset in the JSON text, if it is not JSON, or not a request in which spans can
 * be found
 */
export function protobufFromJson(body: Uint8Array, rejected: RejectedSpans = new RejectedSpans()): Uint8Array {
  return new RequestReader(body, rejected).read();
}

const REQUEST = messageNumber('ExportTraceServiceRequest');
const SPAN = messageNumber('Span');
const KEY_VALUE = messageNumber('KeyValue');
const ANY_VALUE = messageNumber('AnyValue');
/**
 * By message number: which spans a fault in the message costs. Undefined: a fault belongs to the message that contains
 * it.
 */
const CONTAINERS: readonly (SpanProblem | undefined)[] = MESSAGE_KEYS.map(({ name }) =>
  name === 'ResourceSpans' ? 'resource' : name === 'ScopeSpans' ? 'scope' : name === 'Span' ? 'span' : undefined,
);
const NULL_START = 0x6e;
/** Longest name of an unknown member that is reported, in bytes. */
const MAX_NAME_LENGTH = 60;

/** Reads one request. See {@link protobufFromJson}. */
class RequestReader {
  readonly #cursor: JsonCursor;
  readonly #keys: JsonKeys;
  readonly #numbers: JsonNumbers;
  readonly #writer: WireWriter;
  readonly #scalars: JsonScalars;
  readonly #order: FieldOrder;
  readonly #rejected: RejectedSpans;
  /** How many spans have been written. */
  #spanCount = 0;
  /** The first part of the innermost container that could not be read; undefined if there is none. */
  #fault: Fault | undefined = undefined;

  constructor(body: Uint8Array, rejected: RejectedSpans) {
    this.#cursor = new JsonCursor(body);
    this.#keys = new JsonKeys(this.#cursor);
    this.#numbers = new JsonNumbers(this.#cursor);
    // Protobuf is almost never longer than the JSON text.
    this.#writer = new WireWriter(body.length + 64);
    this.#scalars = new JsonScalars(this.#cursor, this.#numbers, this.#writer);
    this.#order = new FieldOrder(this.#writer);
    this.#rejected = rejected;
  }

  read(): Uint8Array {
    const cursor = this.#cursor;
    if (cursor.peek() !== OPEN_BRACE) throw cursor.error('expected an object (ExportTraceServiceRequest)');
    this.#message(REQUEST, 0);
    cursor.expectEnd();
    if (this.#fault !== undefined) this.#rejected.addFault('resource', 0, this.#fault);
    this.#rejected.expectSpans(this.#spanCount);
    return this.#writer.finish();
  }

  /** Reads an object, or `null` as an empty one. */
  #message(message: number, depth: number): void {
    const cursor = this.#cursor;
    const fields = MESSAGE_KEYS[message] as MessageKeys;
    if (cursor.peek() !== OPEN_BRACE) {
      this.#noObject(fields);
      return;
    }
    if (!cursor.open(OPEN_BRACE, CLOSE_BRACE)) return;
    const first = this.#order.begin();
    const start = this.#writer.offset;
    let seen = 0;
    /** The last known key. */
    let previous = message;
    do {
      cursor.peek();
      const keyOffset = cursor.offset;
      const field = this.#keys.read(fields, previous);
      if (field === undefined) {
        this.#unknown(fields, keyOffset);
        continue;
      }
      previous = field.id;
      if (cursor.peek() === NULL_START) {
        cursor.expectNull();
      } else {
        const bit = 1 << field.schema.number;
        if (fields.isOneof && seen !== 0) this.#restart(first, start);
        this.#order.add(field.schema.number);
        this.#field(fields, field, depth, (seen & bit) !== 0);
        seen |= bit;
      }
    } while (cursor.hasNext(CLOSE_BRACE));
    this.#order.end(first);
  }

  #noObject(fields: MessageKeys): void {
    const cursor = this.#cursor;
    if (cursor.peek() === NULL_START) cursor.expectNull();
    else this.#unreadable(`expected an object (${fields.name})`, cursor.offset);
  }

  /** Discards the earlier members of a oneof, because the last one counts. */
  #restart(first: number, start: number): void {
    this.#order.end(first);
    this.#writer.offset = start;
  }

  /** Skips the value of an unknown member. Records its name if the sender may have put its spans there. */
  #unknown(fields: MessageKeys, keyOffset: number): void {
    const cursor = this.#cursor;
    if (fields.isEnvelope && this.#rejected.wantsUnknownNames && cursor.peek() !== NULL_START) {
      let end = keyOffset + 1;
      while (cursor.bytes[end] !== QUOTE && end < keyOffset + MAX_NAME_LENGTH) end++;
      const name = new TextDecoder().decode(cursor.bytes.subarray(keyOffset + 1, end));
      this.#rejected.addUnknownName(`${JSON.stringify(name)} in ${fields.name}`);
    }
    cursor.skipValue();
  }

  /** @param isRepeated whether the message has had this field before */
  #field(fields: MessageKeys, field: KeyedField, depth: number, isRepeated: boolean): void {
    if (!field.schema.repeated) {
      if (field.message < 0) this.#scalar(fields, field, fields.isOneof || isRepeated);
      else this.#nested(field, depth);
      return;
    }
    const cursor = this.#cursor;
    if (cursor.peek() !== OPEN_BRACKET) {
      this.#unreadable(`expected an array (${fields.name}.${field.schema.name})`, cursor.offset);
      return;
    }
    if (!cursor.open(OPEN_BRACKET, CLOSE_BRACKET)) return;
    const container = CONTAINERS[field.message];
    do {
      if (field.message < 0) this.#element(fields, field);
      else if (container === undefined) this.#nested(field, depth);
      else this.#contained(field, container);
    } while (cursor.hasNext(CLOSE_BRACKET));
  }

  /** Reads a message whose faults cost only its own spans. If there is a fault, it discards what has been written. */
  #contained(field: KeyedField, problem: SpanProblem): void {
    const { offset } = this.#writer;
    const spanCount = this.#spanCount;
    const outerFault = this.#fault;
    this.#fault = undefined;
    this.#nested(field, 0);
    if (field.message === SPAN) this.#spanCount++;
    if (this.#fault !== undefined) {
      this.#rejected.addFault(problem, this.#spanCount - spanCount, this.#fault);
      this.#spanCount = spanCount;
      this.#writer.offset = offset;
    }
    this.#fault = outerFault;
  }

  #nested(field: KeyedField, depth: number): void {
    const cursor = this.#cursor;
    const writer = this.#writer;
    const isValue = field.message === ANY_VALUE;
    if (isValue && depth === MAX_VALUE_DEPTH) {
      this.#unreadable(TOO_DEEP, cursor.offset);
      return;
    }
    writer.ensure(MAX_SCALAR_LENGTH);
    writer.varint32(field.tag);
    const start = writer.beginLengthDelimited();
    const mayBePlain = field.message === KEY_VALUE && depth < MAX_VALUE_DEPTH;
    if (!mayBePlain || !copyPlainAttribute(cursor, this.#numbers, writer)) {
      this.#message(field.message, isValue ? depth + 1 : depth);
    }
    writer.endLengthDelimited(start);
  }

  /** Reads a single value in a list. `null` is the empty text, because lists of scalars contain only texts. */
  #element(fields: MessageKeys, field: KeyedField): void {
    if (this.#cursor.peek() !== NULL_START) {
      this.#scalar(fields, field, true);
      return;
    }
    this.#cursor.expectNull();
    this.#writer.ensure(MAX_SCALAR_LENGTH);
    this.#writer.varint32(field.tag);
    this.#writer.varint32(0);
  }

  /** @param writeDefault whether to write the value even if it is the default of its type */
  #scalar(fields: MessageKeys, field: KeyedField, writeDefault: boolean): void {
    const writer = this.#writer;
    const cursorStart = this.#cursor.offset;
    const writerStart = writer.offset;
    writer.ensure(MAX_SCALAR_LENGTH);
    writer.varint32(field.tag);
    const valueStart = writer.offset;
    const problem = this.#scalars.copy(field);
    if (problem !== undefined) {
      writer.offset = writerStart;
      this.#unreadable(`${fields.name}.${field.schema.name}: ${problem}`, cursorStart);
    } else if (!writeDefault && writer.bytes[valueStart] === 0 && this.#scalars.isDefault(field, valueStart)) {
      writer.offset = writerStart;
    }
  }

  /** Records that the value at `offset` cannot be read, and skips it. */
  #unreadable(problem: string, offset: number): void {
    const cursor = this.#cursor;
    cursor.offset = offset;
    cursor.peek();
    this.#fault ??= { problem, offset: cursor.offset };
    cursor.skipValue();
  }
}
