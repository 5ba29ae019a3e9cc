import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';

// With white space in it, an attribute is read by the general reader, which remembers nothing.
const SPACED = 1;

describe('attributes that recur in JSON', () => {
  it('become the same protobuf as when they come for the first time', () => {
    fc.assert(
      fc.property(fc.array(attribute, { minLength: 1, maxLength: 40 }), (attributes) => {
        for (let time = 0; time < 4; time++) expect(read(attributes)).toEqual(read(attributes, SPACED));
      }),
      { numRuns: 300 },
    );
  });

  it('are told apart by any byte', () => {
    const text = 'a value of about the usual length, whose end is that of others';
    const others = Array.from(text, (_, at) => `${text.slice(0, at)}X${text.slice(at + 1)}`);
    const attributes = [text, ...others].map((stringValue) => ({ key: 'http.route', value: { stringValue } }));
    for (let time = 0; time < 4; time++) {
      for (const each of attributes) expect(read([each, each])).toEqual(read([each, each], SPACED));
    }
  });

  it('are not remembered where doubles would not tell them apart', () => {
    // The message of -1 has eight bytes 0xff in a row, which as a double are NaN; that of 0 has eight zeros.
    const values = [
      { intValue: '-1' },
      { intValue: '-2' },
      { doubleValue: 0 },
      { doubleValue: -0.0 },
      { doubleValue: 5e-324 },
    ];
    const attributes = values.map((value) => ({ key: 'app.number.of.attempts', value }));
    for (let time = 0; time < 4; time++) expect(read(attributes)).toEqual(read(attributes, SPACED));
  });

  it('may end where the request does', () => {
    const attributes = [{ key: 'http.request.method', value: { stringValue: 'GET' } }];
    const body = requestOf(attributes);
    for (let time = 0; time < 3; time++) read(attributes);
    const end = body.lastIndexOf('}}') + 2;
    for (let cut = end - 12; cut < end; cut++) {
      expect(() => protobufFromJson(Buffer.from(body.slice(0, cut)))).toThrow();
    }
  });
});

const attribute = fc.record({
  key: fc.constantFrom(
    'k',
    'url.path',
    'http.route',
    'http.request.method',
    'http.response.status_code',
    'ключ',
    'a"b',
  ),
  value: fc.oneof(
    fc.record({
      stringValue: fc.constantFrom('', 'GET', 'POST', '/api/search', 'é', 'a\\b', '"', 'x'.repeat(90), 'x'.repeat(200)),
    }),
    fc.record({ intValue: fc.constantFrom('0', '200', '503', '-1', '9223372036854775807') }),
    fc.record({ doubleValue: fc.constantFrom(0, 0.5, -1e300) }),
    fc.record({ boolValue: fc.boolean() }),
  ),
});

function requestOf(attributes: readonly unknown[], spaces = 0): string {
  return JSON.stringify(
    { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'x', attributes }] }] }] },
    undefined,
    spaces,
  );
}

function read(attributes: readonly unknown[], spaces = 0): Uint8Array {
  return protobufFromJson(Buffer.from(requestOf(attributes, spaces))).slice();
}
