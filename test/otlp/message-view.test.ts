import { describe, expect, it } from 'vitest';
import { MessageView } from '../../lib/otlp/protobuf/message-view.ts';

/**
 * Written by hand (protobuf encoding guide): field 1 varint 300; field 2 "a", then field 2 "bc"; field 3 fixed64 2^56;
 * field 4 a message with field 1 varint 7; field 9 a KeyValue `k`: "v".
 */
const BYTES = Uint8Array.of(
  ...[0x08, 0xac, 0x02],
  ...[0x12, 0x01, 0x61, 0x12, 0x02, 0x62, 0x63],
  ...[0x19, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0x22, 0x02, 0x08, 0x07],
  ...[0x4a, 0x08, 0x0a, 0x01, 0x6b, 0x12, 0x03, 0x0a, 0x01, 0x76],
);

describe('MessageView', () => {
  const view = new MessageView(BYTES);

  it('reads fields of each type, the last one where there are several', () => {
    expect(view.uint32(1)).toBe(300);
    expect(view.text(2)).toBe('bc');
    expect(view.count(2)).toBe(2);
    expect(view.fixed64(3)).toBe(2n ** 56n);
    expect(view.message(4).uint32(1)).toBe(7);
    expect([...view.messages(4)].map((message) => message.uint32(1))).toEqual([7]);
    expect(view.attribute(9, 'k')).toBe('v');
    expect([...view.attributes(9)]).toEqual([['k', 'v']]);
  });

  it('reads zero values where there is no field', () => {
    expect(view.uint32(5)).toBe(0);
    expect(view.text(5)).toBe('');
    expect(view.count(5)).toBe(0);
    expect(view.fixed64(5)).toBe(0n);
    expect(view.message(5).text(1)).toBe('');
    expect([...view.messages(5)]).toEqual([]);
    expect(view.attribute(9, 'other')).toBeUndefined();
  });

  it('reads a part of the bytes only', () => {
    expect(new MessageView(BYTES, 0, 6).text(2)).toBe('a');
  });
});
