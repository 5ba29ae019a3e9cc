import { describe, expect, it } from 'vitest';
import { validateKeyValue } from '../../lib/otlp/protobuf/validate.ts';
import { FaultCursor } from '../../lib/otlp/protobuf/wire-cursor.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { type Bytes, field, repeat, varintField } from '../support/wire-bytes.ts';

const { KeyValue } = opentelemetry.proto.common.v1;

describe('validateKeyValue', () => {
  it.each<[string, Bytes]>([
    ['text', field(1, 'text')],
    ['a bool', varintField(2, 1)],
    ['a long int', varintField(3, -1)],
    ['a short int', varintField(3, 7)],
    ['a double', [0x21, ...repeat(0x40, 8)]],
    ['nothing', []],
    ['a list', field(5, field(1, field(1, 'x')))],
    ['bytes', field(7, [1, 2])],
  ])('accepts no attribute with %s that protobufjs refuses, whichever of its bytes is damaged', (_what, value) => {
    const good = [...field(1, 'k'), ...field(2, value)];
    expect(isValid(good)).toBe(true);
    const wronglyAccepted: Bytes[] = [];
    for (let at = 0; at < good.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        for (const damaged of [good.with(at, byte), [...good.slice(0, at), byte], [...good, byte, good[at] ?? 0]]) {
          if (isValid(damaged) && !isDecodable(damaged)) wronglyAccepted.push(damaged);
        }
      }
    }
    expect(wronglyAccepted.slice(0, 3)).toEqual([]);
  });
});

/** Followed by other bytes, as in a request: nothing may be read from them. */
function isValid(bytes: Bytes): boolean {
  const cursor = new FaultCursor(Uint8Array.from([...bytes, ...repeat(1, 30)]));
  validateKeyValue(cursor, bytes.length, 0);
  expect(cursor.offset).toBe(bytes.length);
  return cursor.takeFault() === undefined;
}

/** For this test, text that is no UTF-8 can be decoded. */
function isDecodable(bytes: Bytes): boolean {
  try {
    KeyValue.decode(Uint8Array.from(bytes));
    return true;
  } catch (error) {
    return /utf-?8|encoded data was not valid/i.test(String(error));
  }
}
