import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toJsonText } from '../../../lib/aws/calls/json-text.ts';

it('writes what JSON.stringify writes', () => {
  const values = fc.jsonValue({ noUnicodeString: false, maxDepth: 4 });
  fc.assert(
    fc.property(values, (value) => {
      expect(toJsonText(value)).toBe(JSON.stringify(value));
    }),
  );
});

it('writes bytes in base64, wherever they are in their buffer', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat({ max: 10 }), (bytes, before) => {
      const larger = new Uint8Array(before + bytes.length + 3);
      larger.set(bytes, before);
      const [read] = JSON.parse(toJsonText([larger.subarray(before, before + bytes.length)]));
      expect(Uint8Array.from(Buffer.from(read, 'base64'))).toEqual(bytes);
    }),
  );
});

it('leaves out members that are undefined', () => {
  expect(toJsonText({ a: undefined, b: 1, c: undefined, d: null })).toBe('{"b":1,"d":null}');
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, 1n, Symbol('s'), undefined, () => 1])('refuses %s', (value) => {
  expect(() => toJsonText([value])).toThrow(TypeError);
});
