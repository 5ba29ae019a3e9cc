import { createHash } from 'node:crypto';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { flatSpans, hexOf } from '../support/flat-spans.ts';

const { TracesData } = opentelemetry.proto.trace.v1;

type Json = Record<string, unknown>;

/** A default value in them says something else than nothing: they are members of a union. */
const ANY_VALUE = ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'bytesValue', 'arrayValue', 'kvlistValue'];
/** An empty message in them says no more than none. */
const MAY_BE_EMPTY = ['resource', 'scope', 'status', 'value'];
const MAX_SHOWN = 500;
const IDS = ['traceId', 'spanId', 'parentSpanId'];

/**
 * What protobuf messages say of each of their spans, in one spelling whatever the encoder: no default values, and of
 * attributes with one key only the first, which is what the archive promises.
 */
export function spansSaid(tracesData: readonly Uint8Array[]): { readonly traceId: string; readonly said: unknown }[] {
  return tracesData
    .flatMap((bytes) => flatSpans(TracesData.decode(bytes)))
    .map(({ traceId, span, context }) => ({ traceId, said: saidBy({ span, context }) }));
}

function saidBy(message: object): Json {
  return Object.fromEntries(
    Object.entries(message)
      .map(([key, value]) => [key, spelled(key, value)] as const)
      .filter(([key, value]) => ANY_VALUE.includes(key) || !saysNothing(key, value)),
  );
}

function spelled(key: string, value: unknown): unknown {
  // Or a difference would be megabytes to print.
  if (typeof value === 'string' && value.length > MAX_SHOWN) {
    return `${value.length} characters, SHA-256 ${createHash('sha256').update(value).digest('hex')}`;
  }
  if (value instanceof Uint8Array) {
    const hex = hexOf(value);
    return IDS.includes(key) && /^0+$/.test(hex) ? '' : hex;
  }
  if (Array.isArray(value)) return firstOfEachKey(value.map((element) => spelled('', element)));
  if (typeof value !== 'object' || value === null) return value;
  // A 64-bit number of protobufjs.
  return 'low' in value ? String(value) : saidBy(value);
}

function firstOfEachKey(elements: readonly unknown[]): unknown[] {
  const keys = elements.map((element) => keyOf(element));
  return elements.filter((_, i) => keys[i] === undefined || keys.indexOf(keys[i]) === i);
}

/** Of a `KeyValue`; undefined for anything else. */
function keyOf(element: unknown): string | undefined {
  if (typeof element !== 'object' || element === null || !('key' in element)) return undefined;
  return String(element.key);
}

function saysNothing(key: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object' && value !== null) return MAY_BE_EMPTY.includes(key) && Object.keys(value).length === 0;
  return value === undefined || value === null || value === 0 || value === '' || value === '0';
}
