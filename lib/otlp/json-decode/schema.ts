import { type FieldSchema, messageNumber, OTLP_MESSAGES } from '../protobuf/schema.ts';
import { tagOf, wireTypeOf } from '../protobuf/wire.ts';

/** A field, prepared for reading JSON. */
export interface JsonField {
  readonly schema: FieldSchema;
  readonly tag: number;
  /** One of the two names of the field. */
  readonly key: Uint8Array;
  /** The number of the message that the field contains; -1 for a scalar. */
  readonly message: number;
}

const BUCKETS = 64;
const BUCKET_BITS = BUCKETS - 1;
const NONE: readonly JsonField[] = [];
/** Messages in which a sender of another signal may have put its data. */
const ENVELOPES: readonly string[] = ['ExportTraceServiceRequest', 'ResourceSpans', 'ScopeSpans'];

/**
 * The fields of a message by their JSON keys. The JSON mapping of protobuf requires parsers to accept the
 * lowerCamelCase name of a field and its original name (https://protobuf.dev/programming-guides/json/, "JSON Field
 * Names").
 */
export class JsonFields {
  readonly name: string;
  readonly isOneof: boolean;
  readonly isEnvelope: boolean;
  readonly #buckets: (readonly JsonField[])[] = Array.from({ length: BUCKETS }, () => NONE);

  constructor(name: string, isOneof: boolean, fields: readonly JsonField[]) {
    this.name = name;
    this.isOneof = isOneof;
    this.isEnvelope = ENVELOPES.includes(name);
    for (const field of fields) {
      const bucket = bucketOf(field.key, 0, field.key.length);
      this.#buckets[bucket] = [...(this.#buckets[bucket] ?? NONE), field];
    }
  }

  /** The field whose key is `bytes[start, end)`. */
  find(bytes: Uint8Array, start: number, end: number): JsonField | undefined {
    const bucket = this.#buckets[bucketOf(bytes, start, end)] as readonly JsonField[];
    for (let i = 0; i < bucket.length; i++) {
      const field = bucket[i] as JsonField;
      if (isEqual(field.key, bytes, start, end)) return field;
    }
    return undefined;
  }
}

/** Indexed by message number. */
export const JSON_MESSAGES: readonly JsonFields[] = OTLP_MESSAGES.map(
  ({ name, isOneof, fields }) => new JsonFields(name, isOneof, fields.flatMap(prepare)),
);

function prepare(schema: FieldSchema): readonly JsonField[] {
  const tag = tagOf(schema.number, wireTypeOf(schema));
  const message = messageNumber(schema.type);
  const names = new Set([schema.name, originalName(schema.name)]);
  return [...names].map((name) => ({ schema, tag, key: new TextEncoder().encode(name), message }));
}

/** The name in the `.proto` file, in lower_snake_case. */
function originalName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function bucketOf(bytes: Uint8Array, start: number, end: number): number {
  return ((bytes[start] as number) * 3 + (bytes[end - 1] as number) * 5 + (end - start)) & BUCKET_BITS;
}

function isEqual(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = key;
  if (end - start !== length) return false;
  for (let i = 0; i < length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}
