import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeGoString, encodeGoString, utf8Length } from '../../lib/ottl/go/go-string.ts';
import { compareText } from '../../lib/ottl/runtime/compare.ts';
import { traceOf } from '../support/build-trace.ts';
import { policyOf } from '../support/sampling-config.ts';

/** Bytes that are often nearly UTF-8. */
const bytes = fc
  .array(fc.constantFrom(0x00, 0x61, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc1, 0xc3, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xff))
  .map((list) => Uint8Array.from(list));

describe('a string of any bytes', () => {
  it('keeps its bytes and their number', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        const text = decodeGoString(given);
        expect(encodeGoString(text)).toEqual(given);
        expect(utf8Length(text)).toBe(given.length);
      }),
    );
  });

  it('is in the order of its bytes', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareText(decodeGoString(a), decodeGoString(b)))).toBe(Buffer.compare(a, b));
      }),
    );
  });

  it('is the text of those that are UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeGoString(new TextEncoder().encode(text))).toBe(text);
        expect(encodeGoString(text)).toEqual(new TextEncoder().encode(text));
      }),
    );
  });

  // Base64 of "http" is 86 DB 69: one byte that is not UTF-8, a character of two, an "i". The answers are those of Go.
  it.each([
    ['Decode("http", "base64") != "a"', true],
    ['Decode("http", "base64") >= []', false],
    ['Hex(Decode("http", "base64")) == "86db69"', true],
    ['Len(Decode("http", "base64")) == 3', true],
    ['Decode("http", "base64") > "a" and Decode("http", "base64") < "é"', true],
    ['Decode("http", "base64") == "\\x86\\xdbi"', true],
    ['Base64Encode(Decode("http", "base64")) == "http"', true],
    ['Hex(Substring("é", 1, 1)) == "a9"', true],
    ['String([Decode("http", "base64")]) == "[\\"\\ufffd\\ufffdi\\"]"', true],
    ['Hex(ToLowerCase(Decode("http", "base64"))) == "efbfbdefbfbd69"', true],
  ])('%s is %s', (condition, holds) => {
    const policy = policyOf({ type: 'ottl_condition', ottl_condition: { error_mode: 'propagate', span: [condition] } });
    expect(policy.evaluate(traceOf({})).vote).toBe(holds ? 'sampled' : 'not_sampled');
  });
});
