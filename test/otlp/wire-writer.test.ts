import { Writer } from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { FieldOrder } from '../../lib/otlp/json-decode/field-order.ts';
import { WireWriter } from '../../lib/otlp/protobuf/writer.ts';

describe('WireWriter', () => {
  it.each([0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])(
    'writes a value of %i bytes behind its length',
    (length) => {
      const value = new Uint8Array(length).fill(7);
      const writer = new WireWriter(1);
      writer.ensure(length + 1);
      const start = writer.beginLengthDelimited();
      writer.bytes.set(value, start);
      writer.offset += length;
      writer.endLengthDelimited(start);
      expect(Buffer.compare(writer.finish(), Writer.create().bytes(value).finish())).toBe(0);
    },
  );

  it.each(['0', '1', '127', '128', '4294967295', '4294967296', '9223372036854775808', '18446744073709551615'])(
    'writes %s as a varint and in eight bytes',
    (text) => {
      const [low, high] = [Number(BigInt(text) & 0xffffffffn), Number(BigInt(text) >> 32n)];
      const writer = new WireWriter(18);
      writer.varint64(low, high);
      writer.fixed64(low, high);
      expect([...writer.finish()]).toEqual([...Writer.create().uint64(text).fixed64(text).finish()]);
    },
  );
});

describe('FieldOrder', () => {
  it('sorts the fields of nested messages, and makes room for it', () => {
    const writer = new WireWriter(8);
    const order = new FieldOrder(writer);
    const write = (fieldNumber: number, ...bytes: readonly number[]) => {
      order.add(fieldNumber);
      for (const byte of bytes) writer.varint32(byte);
    };
    const outer = order.begin();
    write(9, 90);
    write(3, 30, 31);
    const inner = order.begin();
    write(2, 2);
    write(1, 1);
    order.end(inner);
    write(5, 50);
    write(1, 10);
    order.end(outer);
    expect([...writer.finish()]).toEqual([10, 30, 31, 1, 2, 50, 90]);
  });
});
