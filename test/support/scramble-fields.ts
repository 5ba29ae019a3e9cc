/**
 * Rewrites protobuf into another legal encoding of the same message: fields in any order, single values preceded by
 * others that do not count, single messages in two parts. See "Last One Wins" in the protobuf encoding guide.
 */
type MessageType = keyof typeof MESSAGES;

const MESSAGES = {
  TracesData: { 1: 'ResourceSpans' },
  ResourceSpans: { 1: 'Resource', 2: 'ScopeSpans' },
  Resource: { 1: 'KeyValue', 3: 'EntityRef' },
  EntityRef: {},
  ScopeSpans: { 1: 'InstrumentationScope', 2: 'Span' },
  InstrumentationScope: { 3: 'KeyValue' },
  Span: { 9: 'KeyValue', 11: 'Event', 13: 'Link', 15: 'Status' },
  Event: { 3: 'KeyValue' },
  Link: { 4: 'KeyValue' },
  Status: {},
  KeyValue: { 2: 'AnyValue' },
  AnyValue: { 5: 'ArrayValue', 6: 'KeyValueList' },
  ArrayValue: { 1: 'AnyValue' },
  KeyValueList: { 1: 'KeyValue' },
} as const satisfies Record<string, Record<number, string>>;

/** Fields that are not repeated, of those that hold messages. */
const SINGLE = ['ResourceSpans.1', 'ScopeSpans.1', 'Span.15', 'KeyValue.2', 'AnyValue.5', 'AnyValue.6'];
/** Fields that are repeated, of those that do not hold messages. */
const REPEATED = ['EntityRef.3', 'EntityRef.4'];

interface Field {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** @param pick answers a number from 0 to before its argument */
export function scrambleFields(bytes: Uint8Array, type: MessageType, pick: (count: number) => number): Uint8Array {
  const children: Readonly<Record<number, MessageType>> = MESSAGES[type];
  const fields = splitFields(bytes).flatMap(({ number, bytes: field }): Field[] => {
    const name = `${type}.${number}`;
    const child = children[number];
    if (child === undefined) {
      const decoy = REPEATED.includes(name) || pick(3) > 0 ? [] : [{ number, bytes: decoyOf(field) }];
      return [...decoy, { number, bytes: field }];
    }
    const message = scrambleFields(contentOf(field), child, pick);
    if (!SINGLE.includes(name) || pick(3) > 0) return [{ number, bytes: delimited(number, message) }];
    const parts = splitFields(message).map((part) => part.bytes);
    const cut = pick(parts.length + 1);
    return [parts.slice(0, cut), parts.slice(cut)].map((part) => ({
      number,
      bytes: delimited(number, Buffer.concat(part)),
    }));
  });
  if (type === 'AnyValue') {
    // The members stay in order, because the last one counts; one that does not may come before.
    const decoy = pick(3) > 0 || fields.length === 0 ? [] : [Uint8Array.of(0x0a, 2, 0x68, 0x69)];
    return Buffer.concat([...decoy, ...fields.map((field) => field.bytes)]);
  }
  // Fields of one number keep their order.
  const numbers = [...new Set(fields.map((field) => field.number))];
  const queues = new Map(numbers.map((number) => [number, fields.filter((field) => field.number === number)]));
  const scrambled: Uint8Array[] = [];
  while (queues.size > 0) {
    const [number, queue] = [...queues][pick(queues.size)] as [number, Field[]];
    const next = queue.shift();
    if (next) scrambled.push(next.bytes);
    else queues.delete(number);
  }
  return Buffer.concat(scrambled);
}

function splitFields(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const [tag, afterTag] = readVarint(bytes, at);
    if (tag % 8 === 0) [, at] = readVarint(bytes, afterTag);
    else if (tag % 8 === 1) at = afterTag + 8;
    else if (tag % 8 === 5) at = afterTag + 4;
    else {
      const [length, afterLength] = readVarint(bytes, afterTag);
      at = afterLength + length;
    }
    fields.push({ number: tag >>> 3, bytes: bytes.subarray(start, at) });
  }
  return fields;
}

/** The content of a length-delimited field. */
function contentOf(field: Uint8Array): Uint8Array {
  const [, afterTag] = readVarint(field, 0);
  const [, afterLength] = readVarint(field, afterTag);
  return field.subarray(afterLength);
}

/** A field of the same number and wire type with another value. */
function decoyOf(field: Uint8Array): Uint8Array {
  const [tag, afterTag] = readVarint(field, 0);
  const value = { 0: [99], 1: [7, 7, 7, 7, 7, 7, 7, 7], 2: [2, 0x68, 0x69], 5: [9, 9, 9, 9] }[tag % 8] ?? [];
  return Uint8Array.from([...field.subarray(0, afterTag), ...value]);
}

function delimited(number: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([...varint(number * 8 + 2), ...varint(value.length)]), value]);
}

/** The low bits and the offset after the varint. */
function readVarint(bytes: Uint8Array, start: number): [number, number] {
  let value = 0;
  for (let at = start; ; at++) {
    const byte = bytes[at] as number;
    if (at - start < 4) value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return [value, at + 1];
  }
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}
