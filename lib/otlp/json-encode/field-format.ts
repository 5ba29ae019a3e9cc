import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT } from '../protobuf/wire-values.ts';
import { type JsonPiece, json } from './piece.ts';
import type { JsonScalar } from './write-scalar.ts';
import type { JsonWriter } from './writer.ts';

/** Writes messages of one type as JSON objects. */
export interface MessageWriter {
  /** Writes the message in `bytes[start, end)` as an object. */
  write(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void;
}

/**
 * The JSON of one field: its number, its key, and its type. `X` is a message, `[X]` a repeated message, `['string']` a
 * repeated string, `attributes` a repeated `KeyValue`.
 */
export type FieldFormat = readonly [number: number, key: string, type: FieldType];
type FieldType = JsonScalar | 'attributes' | readonly ['string'] | MessageWriter | readonly [MessageWriter];

/**
 * A {@link FieldFormat} prepared for writing. One of `scalar`, `message` and `element` is set; attributes have none.
 */
export interface PreparedField {
  readonly number: number;
  /** The key with a comma before it. */
  readonly key: JsonPiece;
  readonly wireType: number;
  readonly isRepeated: boolean;
  readonly scalar: JsonScalar | undefined;
  /** The one message of a field, which may come in parts. */
  readonly message: MessageWriter | undefined;
  /** The elements of a repeated field. */
  readonly element: 'string' | MessageWriter | undefined;
}

/** Prepares a field for writing. */
export function prepared([number, name, type]: FieldFormat): PreparedField {
  const key = json(`,"${name}":`);
  const none = { scalar: undefined, message: undefined, element: undefined };
  if (type === 'attributes') return { number, key, wireType: LENGTH_DELIMITED, isRepeated: true, ...none };
  if (typeof type === 'string') {
    return { number, key, wireType: wireTypeOf(type), isRepeated: false, ...none, scalar: type };
  }
  const field = { number, key, wireType: LENGTH_DELIMITED };
  return 'write' in type
    ? { ...field, isRepeated: false, ...none, message: type }
    : { ...field, isRepeated: true, ...none, element: type[0] };
}

function wireTypeOf(type: JsonScalar): number {
  switch (type) {
    case 'uint32':
    case 'enum':
      return VARINT;
    case 'fixed64':
      return FIXED64;
    case 'fixed32':
      return FIXED32;
    default:
      return LENGTH_DELIMITED;
  }
}
