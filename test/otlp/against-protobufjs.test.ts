/** The kinds of bodies of which protobufjs accepts others than Tailgate (docs/receiving.md, "Against other protobuf readers"). */
import { describe, expect, it } from 'vitest';
import { MalformedOtlpError } from '../../lib/otlp/errors.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { type Bytes, field, repeat, varintField } from '../support/wire-bytes.ts';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

const span = (...fields: readonly Bytes[]) => field(2, field(1, repeat(1, 16)), field(2, repeat(2, 8)), ...fields);
const GOOD = span();
const inScope = (...fields: readonly Bytes[]) => Uint8Array.from(field(1, field(2, ...fields)));
/** A value in `depth` arrays. */
const nested = (depth: number): Bytes => (depth === 1 ? field(1, 'x') : field(5, field(1, nested(depth - 1))));
const LONG_VARINT = [...repeat(0x80, 10), 0];

function isDecodable(body: Uint8Array): boolean {
  try {
    ExportTraceServiceRequest.decode(body);
    return true;
  } catch {
    return false;
  }
}

/** How many spans Tailgate accepts and rejects; undefined where it refuses the body. */
function spansOf(body: Uint8Array): readonly [accepted: number, rejected: number] | undefined {
  try {
    const { spanCount, rejectedSpanCount } = regroup(body);
    return [spanCount, rejectedSpanCount];
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedOtlpError);
    return undefined;
  }
}

describe('Tailgate alone accepts', () => {
  it.each<[string, Uint8Array, readonly [number, number]]>([
    ['a name that is not UTF-8', inScope(GOOD, span(field(5, [0xc3, 0x28]))), [2, 0]],
    ['a key that is not UTF-8', inScope(span(field(9, field(1, [0xff]))), GOOD), [2, 0]],
    ['the spans beside a damaged one', inScope(GOOD, span([0x4a, 5, 1])), [1, 1]],
    ['the spans beside one with a damaged attribute', inScope(span(field(9, [0x12, 9])), GOOD, GOOD), [2, 1]],
    [
      'the spans beside a damaged resource',
      Uint8Array.from([...field(1, field(1, [0x0a, 9]), field(2, GOOD)), ...field(1, field(2, GOOD))]),
      [1, 1],
    ],
    [
      'the spans beside a damaged scope',
      Uint8Array.from(field(1, field(2, field(1, [0x0a, 9]), GOOD), field(2, GOOD))),
      [1, 1],
    ],
  ])('%s', (_, body, spans) => {
    expect(isDecodable(body)).toBe(false);
    expect(spansOf(body)).toEqual(spans);
  });
});

describe('protobufjs alone accepts', () => {
  it.each<[string, Uint8Array, readonly [number, number] | undefined]>([
    ['a name that is a number', inScope(GOOD, span(varintField(5, 1))), [1, 1]],
    ['an event that is a number', inScope(GOOD, span(varintField(11, 1))), [1, 1]],
    ['a scope that is a number', inScope(GOOD, varintField(1, 1)), [0, 1]],
    ['a request that is a number', Uint8Array.from(varintField(1, 1)), undefined],
    ['a group in a span', inScope(GOOD, span([0x93, 0x3f, 0x94, 0x3f])), [1, 1]],
    ['a group around spans', inScope(GOOD, [0x93, 0x3f, 0x94, 0x3f]), undefined],
    ['a long varint in an unknown field', inScope(GOOD, span([0x98, 0x3f, ...LONG_VARINT])), [1, 1]],
    ['a long varint around spans', inScope(GOOD, [0x98, 0x3f, ...LONG_VARINT]), undefined],
    ['values 33 levels deep', inScope(GOOD, span(field(9, field(2, nested(33))))), [1, 1]],
    ['a trace ID of 15 bytes', inScope(GOOD, field(2, field(1, repeat(1, 15)), field(2, repeat(2, 8)))), [1, 1]],
    ['a span ID of zeros', inScope(GOOD, field(2, field(1, repeat(1, 16)), field(2, repeat(0, 8)))), [1, 1]],
  ])('%s', (_, body, spans) => {
    expect(isDecodable(body)).toBe(true);
    expect(spansOf(body)).toEqual(spans);
  });
});
