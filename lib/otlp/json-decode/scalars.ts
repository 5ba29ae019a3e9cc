import type { WireWriter } from '../protobuf/writer.ts';
import { copyBase64, copyHex, copyString } from './copy-strings.ts';
import { type JsonCursor, QUOTE } from './cursor.ts';
import type { KeyedField } from './fields-by-key.ts';
import type { JsonNumbers } from './read-numbers.ts';

/** The longest tag plus fixed-length scalar, in bytes. */
export const MAX_SCALAR_LENGTH = 16;

/** Copies single values of a JSON request as protobuf, by the type of their field. */
export class JsonScalars {
  readonly #cursor: JsonCursor;
  readonly #numbers: JsonNumbers;
  readonly #writer: WireWriter;

  constructor(cursor: JsonCursor, numbers: JsonNumbers, writer: WireWriter) {
    this.#cursor = cursor;
    this.#numbers = numbers;
    this.#writer = writer;
  }

  /** Copies the value and returns undefined, or returns what was expected. */
  copy(field: KeyedField): string | undefined {
    const cursor = this.#cursor;
    const writer = this.#writer;
    const numbers = this.#numbers;
    let problem: string | undefined;
    switch (field.schema.type) {
      case 'string':
      case 'id':
      case 'bytes': {
        const start = writer.beginLengthDelimited();
        if (field.schema.type === 'string') problem = copyString(cursor, writer);
        else if (field.schema.type === 'id') problem = copyHex(cursor, writer);
        else problem = copyBase64(cursor, writer);
        writer.endLengthDelimited(start);
        return problem;
      }
      case 'bool': {
        const value = cursor.bool();
        writer.varint32(value === true ? 1 : 0);
        return value === undefined ? 'expected true or false' : undefined;
      }
      case 'double':
        problem = numbers.double();
        writer.double(numbers.value);
        return problem;
      case 'fixed32':
        problem = numbers.integer('uint32');
        writer.fixed32(numbers.low);
        return problem;
      case 'fixed64':
        problem = numbers.integer('uint64');
        writer.fixed64(numbers.low, numbers.high);
        return problem;
      default:
        problem = this.#varint(field);
        writer.varint64(numbers.low, numbers.high);
        return problem;
    }
  }

  /** Whether the value that has just been written at `start` is the default of its type. Its first byte is 0. */
  isDefault(field: KeyedField, start: number): boolean {
    switch (field.schema.type) {
      case 'fixed32':
        return this.#numbers.low === 0;
      case 'fixed64':
        return this.#numbers.low === 0 && this.#numbers.high === 0;
      default:
        // A length, a bool or a varint of 0. Doubles occur only in attribute values, which are always written.
        return this.#writer.offset === start + 1;
    }
  }

  /** Reads an integer or an enum value. @returns undefined, or what was expected instead */
  #varint(field: KeyedField): string | undefined {
    const cursor = this.#cursor;
    const numbers = this.#numbers;
    const { type } = field.schema;
    if (type === 'int64' || type === 'int32' || type === 'uint32') return numbers.integer(type);
    const enumType = type === 'SpanKind' ? type : 'StatusCode';
    const start = cursor.offset;
    if (cursor.peek() === QUOTE) {
      const value = readEnumName(cursor, enumType);
      if (value >= 0) {
        numbers.low = value;
        numbers.high = 0;
        return undefined;
      }
      cursor.offset = start;
    }
    return numbers.integer('int32') === undefined ? undefined : `expected a number or a name of ${enumType}`;
  }
}

const NAMES = {
  SpanKind: [
    'SPAN_KIND_UNSPECIFIED',
    'SPAN_KIND_INTERNAL',
    'SPAN_KIND_SERVER',
    'SPAN_KIND_CLIENT',
    'SPAN_KIND_PRODUCER',
    'SPAN_KIND_CONSUMER',
  ],
  StatusCode: ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'],
} as const;

/**
 * Reads the name of an enum value; -1 for any other string. OTLP forbids senders to write names, but all receivers
 * accept them.
 */
function readEnumName(cursor: JsonCursor, type: keyof typeof NAMES): number {
  const names: readonly string[] = NAMES[type];
  return names.indexOf(cursor.string());
}
