import { JsonWords } from '../json-words.ts';
import { type FieldSchema, messageNumber, OTLP_MESSAGES, wireTypeOf } from '../protobuf/schema.ts';
import { tagOf } from '../protobuf/wire-values.ts';

/** A field of a message under one of its two JSON keys. */
export interface KeyedField {
  readonly schema: FieldSchema;
  readonly tag: number;
  /** The key in UTF-8. */
  readonly key: Uint8Array;
  /** The key in quotes, with the colon after it: as all senders write it. */
  readonly member: JsonWords;
  /** Of its own among the keys of all messages, and not the number of a message. */
  readonly id: number;
  /** The number of the message that the field contains; -1 for a scalar. */
  readonly message: number;
}

/** The messages around spans: what a sender of other signals sends is an unknown key of one of them. */
const ENVELOPES: readonly string[] = ['ExportTraceServiceRequest', 'ResourceSpans', 'ScopeSpans'];
const BUCKETS = 64;
const BUCKET_BITS = BUCKETS - 1;
const NONE: readonly KeyedField[] = [];

/**
 * The fields of one message by their JSON keys: the lowerCamelCase name, and the name in the `.proto` file, both of
 * which a parser must accept (https://protobuf.dev/programming-guides/json/, "JSON Field Names").
 */
export class MessageKeys {
  readonly name: string;
  readonly isOneof: boolean;
  readonly isEnvelope: boolean;
  readonly #buckets: (readonly KeyedField[])[] = Array.from({ length: BUCKETS }, () => NONE);

  constructor(name: string, isOneof: boolean, fields: readonly KeyedField[]) {
    this.name = name;
    this.isOneof = isOneof;
    this.isEnvelope = ENVELOPES.includes(name);
    for (const field of fields) {
      const bucket = bucketOf(field.key, 0, field.key.length);
      this.#buckets[bucket] = [...(this.#buckets[bucket] ?? NONE), field];
    }
  }

  /** The field whose key is `bytes[start, end)`. */
  find(bytes: Uint8Array, start: number, end: number): KeyedField | undefined {
    const bucket = this.#buckets[bucketOf(bytes, start, end)] as readonly KeyedField[];
    for (let i = 0; i < bucket.length; i++) {
      const field = bucket[i] as KeyedField;
      if (isEqual(field.key, bytes, start, end)) return field;
    }
    return undefined;
  }
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

let nextId = OTLP_MESSAGES.length;

/** The keys of each message, by message number. */
export const MESSAGE_KEYS: readonly MessageKeys[] = OTLP_MESSAGES.map(
  ({ name, isOneof, fields }) => new MessageKeys(name, isOneof, fields.flatMap(prepare)),
);

/** One more than the largest {@link KeyedField.id}. */
export const KEY_IDS: number = nextId;

function prepare(schema: FieldSchema): readonly KeyedField[] {
  const tag = tagOf(schema.number, wireTypeOf(schema));
  const message = messageNumber(schema.type);
  const names = new Set([schema.name, originalName(schema.name)]);
  return [...names].map((name) => ({
    schema,
    tag,
    key: new TextEncoder().encode(name),
    member: new JsonWords(`"${name}":`),
    id: nextId++,
    message,
  }));
}

/** The name in the `.proto` file, in lower_snake_case. */
function originalName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
