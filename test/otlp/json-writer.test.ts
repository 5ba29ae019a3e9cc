import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { json } from '../../lib/otlp/json-encode/piece.ts';
import { JsonWriter } from '../../lib/otlp/json-encode/writer.ts';

describe('JsonWriter', () => {
  it('writes 64-bit integers as strings of digits', () => {
    fc.assert(
      fc.property(fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), edges), (value) => {
        const high = Number(value >> 32n);
        const low = Number(value & 0xffffffffn);
        expect(written((out) => out.uint64(high, low))).toBe(`"${value}"`);
        expect(written((out) => out.int64(high, low))).toBe(`"${BigInt.asIntN(64, value)}"`);
      }),
      { numRuns: 1000 },
    );
  });

  it('writes 32-bit integers as numbers', () => {
    for (const value of [0, 7, 10, 99, 100, 999_999_999, 1_000_000_000, 4_294_967_295, -1, -2_147_483_648]) {
      expect(written((out) => out.integer(value))).toBe(String(value));
    }
  });

  it('writes doubles that read back equal', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(JSON.parse(written((out) => out.double(value)))).toBe(value);
      }),
    );
    expect(written((out) => out.double(-0))).toBe('-0.0');
    expect(written((out) => out.double(1e21))).toBe('1e+21');
  });

  it('writes doubles with a few decimals as String does', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 9 }), (digits, places) => {
        const value = digits / 10 ** places;
        expect(written((out) => out.double(value))).toBe(Object.is(value, -0) ? '-0.0' : String(value));
      }),
      { numRuns: 1000 },
    );
    for (const value of [0, 0.1, 0.5, 1.05, -2.003, 0.0001, 0.001, 1999999.999, 2000000.25, -0.999, 4.35, 1.0005]) {
      expect(written((out) => out.double(value))).toBe(String(value));
    }
  });

  it.each([
    [Number.NaN, '"NaN"'],
    [Number.POSITIVE_INFINITY, '"Infinity"'],
    [Number.NEGATIVE_INFINITY, '"-Infinity"'],
  ])('writes %d as a string', (value, text) => {
    expect(written((out) => out.double(value))).toBe(text);
  });

  it('writes any text as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = Buffer.from(`..${text}..`);
        expect(written((out) => out.string(bytes, 2, bytes.length - 2))).toBe(JSON.stringify(text));
      }),
      { numRuns: 500 },
    );
    const ascii = Array.from({ length: 128 }, (_, i) => String.fromCharCode(i)).join('');
    expect(written((out) => out.string(Buffer.from(ascii), 0, 128))).toBe(JSON.stringify(ascii));
    expect(written((out) => out.string(Buffer.from('\ufeff\u2028🧾'), 0, 10))).toBe('"\ufeff\u2028🧾"');
  });

  it('writes any string with quotes as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        const out = new JsonWriter(1);
        out.quoted(text);
        expect(Buffer.from(out.take()).toString()).toBe(Buffer.from(JSON.stringify(text)).toString());
      }),
      { numRuns: 500 },
    );
  });

  it('writes bytes that are not UTF-8 as U+FFFD, as a decoder does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
        expect(written((out) => out.string(bytes, 0, bytes.length))).toBe(JSON.stringify(text));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['what is above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence that is cut off', [0x61, 0xe2, 0x82]],
  ])('does not pass on %s', (_, values) => {
    const bytes = Uint8Array.from(values);
    expect(written((out) => out.string(bytes, 0, bytes.length))).toBe(JSON.stringify(Buffer.from(bytes).toString()));
  });

  it('writes hex and base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        expect(written((out) => out.hex(bytes, 0, bytes.length))).toBe(`"${Buffer.from(bytes).toString('hex')}"`);
        expect(written((out) => out.base64(bytes, 0, bytes.length))).toBe(`"${Buffer.from(bytes).toString('base64')}"`);
      }),
    );
  });

  it('opens an array or object at its first comma', () => {
    const text = written((out) => {
      out.open(out.length, OPEN_BRACKET);
      const before = out.length;
      out.piece(json(',1,2'));
      out.open(before, OPEN_BRACKET);
      out.piece(json(']]'));
    });
    expect(text).toBe('[[1,2]]');
  });

  it('puts a comma before all but the first', () => {
    const text = written((out) => {
      out.piece(json('{"a":['));
      for (const value of [1, 2, 3]) {
        out.separate();
        out.integer(value);
      }
      out.piece(json(']'));
      out.separate();
      out.piece(json('"b":{}}'));
    });
    expect(text).toBe('{"a":[1,2,3],"b":{}}');
  });

  it('takes back what follows a length, and starts anew after a text was taken', () => {
    const out = new JsonWriter(4);
    out.piece(json('first'));
    const first = out.take();
    out.piece(json('second, much longer than a buffer'));
    out.length = 6;
    const second = out.take();
    out.piece(json('x'));
    expect([first, second, out.take()].map((text) => Buffer.from(text).toString())).toEqual(['first', 'second', 'x']);
  });

  describe('recycle', () => {
    const TEXT = '0123456789';

    function textsOf(out: JsonWriter, count: number): Uint8Array[] {
      return Array.from({ length: count }, (_, i) => {
        out.verbatim(`${TEXT}${i}`);
        return out.take();
      });
    }

    it('writes the next texts over those that were taken, as often as it is called', () => {
      const out = new JsonWriter(256);
      const buffers = new Set(textsOf(out, 50).map(({ buffer }) => buffer));
      for (let round = 0; round < 3; round++) {
        out.recycle();
        const texts = textsOf(out, 50);
        expect(texts.map((text) => Buffer.from(text).toString())).toEqual(texts.map((_, i) => `${TEXT}${i}`));
        expect(texts.filter(({ buffer }) => !buffers.has(buffer))).toEqual([]);
      }
    });

    it('leaves texts alone until then', () => {
      const out = new JsonWriter(256);
      textsOf(out, 20);
      out.recycle();
      const texts = textsOf(out, 50);
      expect(texts.map((text) => Buffer.from(text).toString())).toEqual(texts.map((_, i) => `${TEXT}${i}`));
    });

    it('does not keep the buffer of a large text', () => {
      const out = new JsonWriter(256);
      out.verbatim('x'.repeat(1000));
      const large = out.take().buffer;
      out.recycle();
      const texts = textsOf(out, 500);
      expect(texts.some(({ buffer }) => buffer === large)).toBe(false);
      expect(Math.max(...texts.map(({ buffer }) => buffer.byteLength))).toBe(256);
    });

    it('keeps at most 8 MiB', () => {
      const capacity = 2 * 1024 * 1024;
      const out = new JsonWriter(capacity);
      const fill = () => {
        const buffers = new Set<unknown>();
        for (let i = 0; i < 100; i++) {
          out.verbatim('x'.repeat(capacity / 16));
          buffers.add(out.take().buffer);
        }
        return buffers;
      };
      const before = fill();
      out.recycle();
      const kept = [...fill()].filter((buffer) => before.has(buffer));
      expect(before.size).toBeGreaterThan(4);
      expect(kept).toHaveLength(4);
    });
  });
});

const OPEN_BRACKET = 0x5b;

const edges = fc.constantFrom(
  ...[
    0n,
    1n,
    10n ** 6n,
    2n ** 32n - 1n,
    2n ** 32n,
    10n ** 15n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ],
);

function written(write: (out: JsonWriter) => void): string {
  const out = new JsonWriter(1);
  write(out);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(out.take());
}
