/**
 * Reads OTLP JSON as protobuf's JSON mapping and docs/receiving.md say, with `JSON.parse` and plain objects: what the reader
 * that goes from bytes to bytes must agree with.
 */
import { type FieldSchema, type MessageName, OTLP_MESSAGES } from '../../lib/otlp/protobuf/schema.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';

const { TracesData } = opentelemetry.proto.trace.v1;
type Message = Record<string, unknown>;

/** Something in the text is not what the field may hold. */
export class OddJsonError extends Error {
  override readonly name: string = 'OddJsonError';
}

/** The same, where the odd value is an ID. */
export class OddIdError extends OddJsonError {}

/** A number, as it was written: a double would lose digits. */
class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * The request in protobuf; undefined where a member occurs twice, of which `JSON.parse` keeps only the last.
 * @throws {SyntaxError} when it is not JSON
 * @throws {OddJsonError} when a value is not what its field may hold
 */
export function protobufOfJson(text: string): Uint8Array | undefined {
  let members = 0;
  const parsed: unknown = JSON.parse(text, (key, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value === 'number') return new NumberText(context?.source ?? '');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) members += Object.keys(value).length;
    return key === '__proto__' ? undefined : value;
  });
  const colons = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;
  if (colons !== members || hasBothSpellings(parsed)) return undefined;
  if (parsed === null) throw new OddJsonError('expected an object');
  const request = readMessage('ExportTraceServiceRequest', parsed, 0);
  return new Uint8Array(TracesData.encode(TracesData.create(request)).finish());
}

function hasBothSpellings(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const names = Array.isArray(value) ? [] : Object.keys(value).map(camelCase);
  return new Set(names).size < names.length || Object.values(value).some(hasBothSpellings);
}

const camelCase = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function readMessage(name: MessageName, json: unknown, depth: number): Message {
  if (json === null) return {};
  if (typeof json !== 'object' || Array.isArray(json) || json instanceof NumberText) {
    throw new OddJsonError(`expected an object (${name})`);
  }
  const inside = name === 'AnyValue' ? depth + 1 : depth;
  if (inside > 32) throw new OddJsonError('too deep');
  const fields = OTLP_MESSAGES.find((message) => message.name === name)?.fields ?? [];
  const message: Message = {};
  // In the order of the text: of two members of a oneof the last counts.
  for (const [key, value] of Object.entries(json)) {
    const field = fields.find((each) => key === each.name || key === snakeCase(each.name));
    if (field === undefined || value === null) continue;
    if (name === 'AnyValue') for (const other of Object.keys(message)) delete message[other];
    message[field.name] = field.repeated ? readList(field, value, inside) : readValue(field, value, inside);
  }
  return message;
}

function readList(field: FieldSchema, json: unknown, depth: number): unknown[] {
  if (!Array.isArray(json)) throw new OddJsonError(`expected an array (${field.name})`);
  return json.map((element: unknown) =>
    element === null && field.type === 'string' ? '' : readValue(field, element, depth),
  );
}

function readValue({ type }: FieldSchema, json: unknown, depth: number): unknown {
  switch (type) {
    case 'string':
      return textOf(json).toWellFormed();
    case 'id':
      return idOf(textOf(json));
    case 'bytes':
      return bytesOf(textOf(json));
    case 'bool':
      if (typeof json !== 'boolean') throw new OddJsonError('expected a bool');
      return json;
    case 'double':
      return doubleOf(json);
    case 'int32':
      return Number(integerOf(json, -(2n ** 31n), 2n ** 31n - 1n));
    case 'uint32':
    case 'fixed32':
      return Number(integerOf(json, 0n, 2n ** 32n - 1n));
    case 'int64':
      return String(integerOf(json, -(2n ** 63n), 2n ** 63n - 1n));
    case 'fixed64':
      return String(integerOf(json, 0n, 2n ** 64n - 1n));
    case 'SpanKind':
      return enumOf(json, ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'], 'SPAN_KIND_');
    case 'StatusCode':
      return enumOf(json, ['UNSET', 'OK', 'ERROR'], 'STATUS_CODE_');
    default:
      return readMessage(type, json, depth);
  }
}

function textOf(json: unknown): string {
  if (typeof json !== 'string') throw new OddJsonError('expected a text');
  return json;
}

function idOf(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw new OddIdError('expected hex');
  return new Uint8Array(Buffer.from(text, 'hex'));
}

function bytesOf(text: string): Uint8Array {
  if (!/^(?:[\w+/-]{4})*(?:[\w+/-]{2}(?:==)?|[\w+/-]{3}=?)?$/.test(text)) throw new OddJsonError('expected base64');
  return new Uint8Array(Buffer.from(text, 'base64'));
}

const NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const SPECIAL = ['NaN', 'Infinity', '-Infinity'];

function numberText(json: unknown): string {
  const text = json instanceof NumberText ? json.text : typeof json === 'string' ? json : '';
  if (!NUMBER.test(text)) throw new OddJsonError('expected a number');
  return text;
}

function doubleOf(json: unknown): number {
  if (typeof json === 'string' && SPECIAL.includes(json)) return Number(json);
  const value = Number(numberText(json));
  if (!Number.isFinite(value)) throw new OddJsonError('over the largest double');
  return value;
}

function integerOf(json: unknown, least: bigint, most: bigint): bigint {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(numberText(json)) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  const scale = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  if (significant === '') return 0n;
  if (scale < 0n) throw new OddJsonError('expected a whole number');
  if (scale > 40n) throw new OddJsonError('out of range');
  const value = BigInt(sign + significant) * 10n ** scale;
  if (value < least || value > most) throw new OddJsonError('out of range');
  return value;
}

function enumOf(json: unknown, names: readonly string[], prefix: string): number {
  const number = typeof json === 'string' ? names.findIndex((name) => json === prefix + name) : -1;
  return number >= 0 ? number : Number(integerOf(json, -(2n ** 31n), 2n ** 31n - 1n));
}
