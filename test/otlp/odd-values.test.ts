/** Attribute values that no encoder writes and every protobuf reader reads; a fuzzer found them. */
import { describe, expect, it } from 'vitest';
import { writeResourceSpans } from '../../lib/otlp/json-encode/encode-spans.ts';
import { JsonWriter } from '../../lib/otlp/json-encode/writer.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { tracesToJson } from '../support/otlp-json-oracle.ts';
import { type Bytes, field, repeat } from '../support/wire-bytes.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const UNKNOWN = field(100, 'x');

describe('an attribute value', () => {
  it.each<[string, Bytes, unknown, unknown]>([
    ['false in two bytes', [0x10, 0x80, 0x00], false, { boolValue: false }],
    ['false in ten bytes', [0x10, ...repeat(0x80, 9), 0x00], false, { boolValue: false }],
    ['true in two bytes', [0x10, 0x81, 0x00], true, { boolValue: true }],
    ['true in its tenth byte', [0x10, ...repeat(0x80, 9), 0x01], true, { boolValue: true }],
    ['an array with an unknown field only', field(5, UNKNOWN), [], { arrayValue: {} }],
    ['a list with an unknown field only', field(6, UNKNOWN), new Map(), { kvlistValue: {} }],
    [
      'an array with an unknown field first',
      field(5, UNKNOWN, field(1, field(1, 'a'))),
      ['a'],
      { arrayValue: { values: [{ stringValue: 'a' }] } },
    ],
    [
      'an array of an array with an unknown field',
      field(5, field(1, field(5, UNKNOWN))),
      [[]],
      { arrayValue: { values: [{ arrayValue: {} }] } },
    ],
  ])('is %s', (_, value, read, json) => {
    // In the form that encoders write, and as the last of two values, which is read in another way.
    for (const bytes of [value, [...field(1, 'before'), ...value]]) {
      const attribute = field(9, field(1, 'k'), field(2, bytes));
      const span = field(2, field(1, repeat(1, 16)), field(2, repeat(2, 8)), attribute);
      const fragment = Uint8Array.from(field(1, field(2, span)));
      const trace = Trace.fromFragments('01'.repeat(16), [fragment]);
      expect(trace.attribute(0, 'k')).toEqual(read);
      const out = new JsonWriter(16);
      writeResourceSpans(out, trace, 0, 1e6);
      const written = JSON.parse(new TextDecoder().decode(out.take()));
      expect(written[0].scopeSpans[0].spans[0].attributes).toEqual([{ key: 'k', value: json }]);
      expect(written).toEqual(tracesToJson(TracesData.decode(fragment)));
    }
  });
});
