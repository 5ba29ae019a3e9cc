import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeResourceSpans } from '../../lib/otlp/json-encode/encode-spans.ts';
import { JsonWriter } from '../../lib/otlp/json-encode/writer.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';

const { TracesData } = opentelemetry.proto.trace.v1;

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

describe('attributes that recur in protobuf', () => {
  it('become the same JSON as when they come for the first time', () => {
    fc.assert(
      fc.property(fc.array(attribute, { maxLength: 40 }), (attributes) => {
        for (let time = 0; time < 4; time++) expect(attributesOf(attributes)).toEqual(firstOfEachKey(attributes));
      }),
      { numRuns: 300 },
    );
  });

  it('are told apart by any byte', () => {
    const text = 'a value of about the usual length, whose end is that of others';
    const others = Array.from(text, (_, at) => `${text.slice(0, at)}X${text.slice(at + 1)}`);
    const attributes = [text, ...others].map((stringValue) => ({ key: 'http.route', value: { stringValue } }));
    for (let time = 0; time < 4; time++) {
      for (const each of attributes) expect(attributesOf([each])).toEqual([each]);
    }
  });

  it('are not remembered where doubles would not tell them apart', () => {
    // The message of -1 has eight bytes 0xff in a row, which as a double are NaN; the last word of 0 equals that of -0.
    const values = [
      { intValue: '-1' },
      { intValue: '-2' },
      { doubleValue: 0 },
      { doubleValue: -0 },
      { doubleValue: 5e-324 },
    ];
    for (let time = 0; time < 4; time++) {
      for (const value of values) {
        const attributes = [{ key: 'app.number.of.attempts', value }];
        expect(attributesOf(attributes)).toEqual(attributes);
      }
    }
  });

  it('are known to be in the list when a list inside a value has the same keys', () => {
    const inner = { key: 'list', value: { kvlistValue: { values: [text('a', '1'), text('b', '2')] } } };
    const attributes = [text('a', '3'), inner, text('b', '4'), text('a', '5'), text('b', '6'), text('list', '7')];
    for (let time = 0; time < 4; time++) {
      expect(attributesOf(attributes)).toEqual([text('a', '3'), inner, text('b', '4')]);
    }
  });
});

describe('resources that recur', () => {
  it('are told apart where doubles would not do that', () => {
    const of = (doubleValue: number) => ({
      resourceSpans: [
        { resource: { attributes: [{ key: 'a', value: { doubleValue } }] }, scopeSpans: [{ spans: [{ name: 'x' }] }] },
      ],
    });
    for (let time = 0; time < 3; time++) {
      for (const value of [0, -0, 0.5, 5e-324]) expect(jsonOf(of(value))).toEqual(of(value).resourceSpans);
    }
  });
});

describe('IDs and times of spans', () => {
  // No test before this one writes a trace ID: none is remembered yet.
  it('are right when the first trace ID has only zeros', () => {
    const spans = [{ traceId: Buffer.alloc(16), name: 'x' }];
    const expected = [{ scopeSpans: [{ spans: [{ traceId: '00'.repeat(16), name: 'x' }] }] }];
    expect(jsonOf({ resourceSpans: [{ scopeSpans: [{ spans }] }] })).toEqual(expected);
  });

  it('are right whatever those of the span before are', () => {
    const second = 1_000_000_000n;
    const time = fc
      .tuple(fc.constantFrom(1n, 1080863910n, 1080863911n, 1795262400n, 4294967294n, 4294967295n, 4294967296n), nanos)
      .map(([seconds, rest]) => seconds * second + rest);
    const any = fc.oneof(time, fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }));
    const traceId = fc.constantFrom(
      '00'.repeat(16),
      'ff'.repeat(16),
      `${'00'.repeat(15)}01`,
      '0123456789abcdef'.repeat(2),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(traceId, any, any), { minLength: 1, maxLength: 5 }), (all) => {
        const spans = all.map(([id, start, end], at) => ({
          traceId: id,
          spanId: at.toString(16).padStart(16, '0'),
          startTimeUnixNano: String(start),
          endTimeUnixNano: String(end),
        }));
        const ofSpans = spans.map(({ traceId, spanId, ...times }) => ({
          traceId: Buffer.from(traceId, 'hex'),
          spanId: Buffer.from(spanId, 'hex'),
          ...times,
        }));
        expect(jsonOf({ resourceSpans: [{ scopeSpans: [{ spans: ofSpans }] }] })).toEqual([
          { scopeSpans: [{ spans }] },
        ]);
      }),
      { numRuns: 300 },
    );
  });
});

/** Where the quotient of a time and 10^9, as a double, may be the next second or the one before. */
const nanos = fc.oneof(
  fc.bigInt({ min: 0n, max: 600n }),
  fc.bigInt({ min: 999_999_400n, max: 999_999_999n }),
  fc.bigInt({ min: 0n, max: 999_999_999n }),
);

const scalar = fc.oneof(
  fc.record({
    stringValue: fc.constantFrom('', 'GET', 'POST', '/api/search', 'é', 'a\\b', '"', 'x'.repeat(90), 'x'.repeat(200)),
  }),
  fc.record({ stringValue: fc.constantFrom('"'.repeat(60), 'é'.repeat(50)) }),
  fc.record({ intValue: fc.constantFrom('0', '200', '503', '-1', '9223372036854775807') }),
  fc.record({ doubleValue: fc.constantFrom(0, 0.5, -1e300) }),
  fc.record({ boolValue: fc.boolean() }),
);

const key = fc.constantFrom('', 'k', 'url.path', 'http.route', 'http.request.method', 'ключ', 'a"b');

const attribute: fc.Arbitrary<Attribute> = fc.record({
  key,
  value: fc.oneof(
    { arbitrary: scalar, weight: 6 },
    fc.array(scalar, { minLength: 1, maxLength: 2 }).map((values) => ({ arrayValue: { values } })),
    fc
      .uniqueArray(fc.record({ key, value: scalar }), { minLength: 1, maxLength: 3, selector: (each) => each.key })
      .map((values) => ({ kvlistValue: { values } })),
  ),
});

function text(name: string, stringValue: string): Attribute {
  return { key: name, value: { stringValue } };
}

function firstOfEachKey(attributes: readonly Attribute[]): Attribute[] {
  return attributes.filter((each, at) => attributes.findIndex((other) => other.key === each.key) === at);
}

function attributesOf(attributes: readonly Attribute[]): unknown {
  const [{ scopeSpans }] = jsonOf({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'x', attributes }] }] }] });
  return scopeSpans[0].spans[0].attributes ?? [];
}

function jsonOf(tracesData: object) {
  const bytes = new Uint8Array(TracesData.encode(TracesData.fromObject({ ...tracesData })).finish());
  const out = new JsonWriter(16);
  writeResourceSpans(out, Trace.fromFragments('00'.repeat(16), [bytes]), 0, 1e9);
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(out.take()));
}
