import { describe, expect, it } from 'vitest';
import { endOfShortRun } from '../../lib/otlp/protobuf/field-cursor.ts';

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
