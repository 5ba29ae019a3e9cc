import { describe, expect, it } from 'vitest';
import { MalformedOtlpError } from '../../lib/otlp/errors.ts';
import { WireCursor } from '../../lib/otlp/protobuf/wire-cursor.ts';
import { FIXED32, FIXED64, LENGTH_DELIMITED, tagOf, VARINT } from '../../lib/otlp/protobuf/wire-values.ts';
import { type Bytes, repeat, varint } from '../support/wire-bytes.ts';

describe('WireCursor', () => {
  it.each([0n, 1n, 127n, 128n, 16383n, 16384n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n])(
    'reads the varint of %i',
    (value) => {
      const bytes = varint(value);
      const wide = cursorOn(bytes);
      expect(wide.varint64()).toBe(value);
      expect(wide.offset).toBe(bytes.length);
      const narrow = cursorOn(bytes);
      expect(narrow.varint32()).toBe(Number(BigInt.asUintN(32, value)));
      expect(narrow.offset).toBe(bytes.length);
    },
  );

  it('reads tags of one byte and of several', () => {
    expect(cursorOn([0x0a]).tag()).toBe(tagOf(1, LENGTH_DELIMITED));
    expect(cursorOn([0x85, 0x01]).tag()).toBe(tagOf(16, FIXED32));
    expect(cursorOn(varint((2 ** 29 - 1) * 8 + 1)).tag()).toBe(tagOf(2 ** 29 - 1, FIXED64));
  });

  it('moves over the value of every wire type, and no further than its end', () => {
    const values: [number, Bytes][] = [
      [VARINT, [0x80, 0x80, 0x01]],
      [FIXED64, repeat(0xff, 8)],
      [LENGTH_DELIMITED, [0x81, 0x01, ...repeat(7, 129)]],
      [FIXED32, repeat(0xff, 4)],
    ];
    for (const [wireType, bytes] of values) {
      const cursor = cursorOn([...bytes, 0x55]);
      cursor.skip(tagOf(3, wireType));
      expect(cursor.offset).toBe(bytes.length);
      const short = cursorOn(bytes.slice(0, -1));
      expect(() => short.skip(tagOf(3, wireType))).toThrow(MalformedOtlpError);
    }
  });

  it('does not look behind the end of the message that it is in', () => {
    const cursor = cursorOn([0x80, 0x01, 0x01]);
    cursor.end = 1;
    expect(() => cursor.varint32()).toThrow(MalformedOtlpError);
    expect(() => cursor.varint64()).toThrow(MalformedOtlpError);
    expect(() => cursor.tag()).toThrow(MalformedOtlpError);
    expect(() => cursor.lengthDelimitedEnd()).toThrow(MalformedOtlpError);
    cursor.offset = 1;
    expect(() => cursor.varint32()).toThrow('the message is cut off inside a value at offset 1');
    expect(() => cursor.lengthDelimitedEnd()).toThrow(MalformedOtlpError);
  });

  it.each<[string, (cursor: WireCursor) => void, Bytes]>([
    ['a field number of at least 1 at offset 0', (cursor) => cursor.tag(), [0x02]],
    ['a tag of at most 32 bits', (cursor) => cursor.tag(), [0xff, 0xff, 0xff, 0xff, 0x1f]],
    ['a length of at most 31 bits', (cursor) => cursor.lengthDelimitedEnd(), [0x80, 0x80, 0x80, 0x80, 0x08]],
    ['length 3 is more than the remaining 2 bytes', (cursor) => cursor.lengthDelimitedEnd(), [3, 1, 1]],
    ['a varint of at most 10 bytes', (cursor) => cursor.varint64(), [...repeat(0x80, 10), 0]],
    ['unsupported wire type 3 of field 2', (cursor) => cursor.skip(cursor.tag()), [0x13, 0x14]],
    ['unsupported wire type 4 of field 2', (cursor) => cursor.skip(cursor.tag()), [0x14]],
    ['unsupported wire type 7 of field 1', (cursor) => cursor.skip(cursor.tag()), [0x0f, 0x00]],
  ])('complains: %s', (message, read, bytes) => {
    expect(() => read(cursorOn(bytes))).toThrow(message);
    expect(() => read(cursorOn(bytes))).toThrow(MalformedOtlpError);
  });
});

function cursorOn(bytes: Bytes): WireCursor {
  return new WireCursor(Uint8Array.from(bytes));
}
