import { describe, expect, it } from 'vitest';
import { writeKeyValues } from '../../lib/otlp/json-encode/any-value.ts';
import { JsonWriter } from '../../lib/otlp/json-encode/writer.ts';
import { readKeyValue } from '../../lib/otlp/protobuf/attributes.ts';
import { endOfShortRun, joinFields } from '../../lib/otlp/protobuf/field-cursor.ts';

const TAG = 0x4a;

describe('endOfShortRun', () => {
  it.each([
    ['stops at another tag', [TAG, 1, 7, TAG, 0, 0x50, 1], 7, 5],
    ['takes lengths of two bytes', [TAG, 0x81, 0x00, 7, 0x50, 1], 6, 4],
    ['leaves lengths of three bytes', [TAG, 1, 7, TAG, 0x81, 0x80, 0x00, 7], 8, 3],
    ['does not look behind the end of the message', [TAG, 1, 7, TAG, 1, 7], 3, 3],
    ['leaves a field that does not fit into the message', [TAG, 1, 7, TAG, 2, 7, 7], 6, 3],
    ['leaves a field without its length', [TAG, 1, 7, TAG], 4, 3],
    ['may find nothing', [], 0, 0],
  ])('%s', (_, bytes, end, expected) => {
    expect(endOfShortRun(Uint8Array.from(bytes), 0, end, TAG)).toBe(expected);
  });
});

describe('joinFields', () => {
  const field = (number: number, ...bytes: readonly number[]) => [number * 8 + 2, bytes.length, ...bytes];

  it('leaves a message that comes once where it is', () => {
    const bytes = Uint8Array.from([0xff, ...field(1, 7), ...field(2, 8, 9)]);
    const found = joinFields(bytes, 1, bytes.length, 2);
    expect(found?.bytes).toBe(bytes);
    expect(found).toMatchObject({ from: 6, to: 8 });
    expect(joinFields(bytes, 1, bytes.length, 3)).toBeUndefined();
  });

  it('joins the parts of one that comes several times', () => {
    const bytes = Uint8Array.from([...field(2, 7), ...field(1, 1), ...field(2), ...field(2, 8, 9)]);
    expect(joinFields(bytes, 0, bytes.length, 2)).toEqual({ bytes: Uint8Array.of(7, 8, 9), from: 0, to: 3 });
  });

  it('lets errors name their offset in all of the bytes', () => {
    // The value comes before the key. Its text has 5 bytes, which are missing.
    const keyValue = [...field(2, 0x0a, 5), ...field(1, 0x6b)];
    const bytes = Uint8Array.from([...Array.from({ length: 100 }, () => 0), ...field(1, ...keyValue)]);
    expect(() => readKeyValue(bytes, 102, bytes.length)).toThrow('at offset 105');
    expect(() => writeKeyValues(new JsonWriter(1_000), bytes, 100, bytes.length, 1)).toThrow('at offset 105');
  });
});
