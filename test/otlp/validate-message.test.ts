import { describe, expect, it } from 'vitest';
import { messageNumber } from '../../lib/otlp/protobuf/schema.ts';
import { validateMessage } from '../../lib/otlp/protobuf/validate.ts';
import { FaultCursor } from '../../lib/otlp/protobuf/wire-cursor.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { type Bytes, field, repeat, varintField } from '../support/wire-bytes.ts';

const { KeyValue } = opentelemetry.proto.common.v1;
const { Span } = opentelemetry.proto.trace.v1;

const SPAN = messageNumber('Span');

describe('validateMessage', () => {
  it.each<[string, Bytes]>([
    ['text', field(1, 'text')],
    ['a long text', field(1, 'text'.repeat(40))],
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
  const span = field(9, bytes);
  const cursor = new FaultCursor(Uint8Array.from([...span, ...repeat(1, 30)]));
  validateMessage(cursor, SPAN, span.length, 0);
  expect(cursor.offset).toBe(span.length);
  return cursor.takeFault() === undefined;
}

describe('regroup', () => {
  it('accepts no span that protobufjs refuses, whichever of its bytes is damaged', () => {
    const attribute = [...field(1, 'k'), ...field(2, field(1, 'text'))];
    const good = [
      ...field(1, repeat(1, 16)),
      ...field(2, repeat(2, 8)),
      ...field(3, 'a=b'),
      ...field(4, repeat(3, 8)),
      ...field(5, 'name'),
      ...varintField(6, 2),
      ...[0x39, ...repeat(4, 8)],
      ...[0x41, ...repeat(5, 8)],
      ...field(9, attribute),
      ...varintField(10, 1),
      ...field(11, [0x09, ...repeat(6, 8), ...field(2, 'event'), ...field(3, attribute)]),
      ...field(13, [...field(1, repeat(7, 16)), ...field(2, repeat(8, 8))]),
      ...field(15, [...field(2, 'text'), ...varintField(3, 2)]),
      ...[0x85, 0x01, ...repeat(9, 4)],
    ];
    expect(isAccepted(good)).toBe(true);
    const wronglyAccepted: Bytes[] = [];
    for (let at = 0; at < good.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const damaged = good.with(at, byte);
        if (isAccepted(damaged) && !isDecodable(damaged, Span)) wronglyAccepted.push(damaged);
      }
    }
    expect(wronglyAccepted.slice(0, 3)).toEqual([]);
  });
});

/** Among other spans: nothing may be read from them. */
function isAccepted(span: Bytes): boolean {
  const other = field(2, [...field(1, repeat(1, 16)), ...field(2, repeat(2, 8))]);
  const scopeSpans = [...other, ...field(2, span), ...other];
  const { spanCount, rejectedSpanCount } = regroup(Uint8Array.from(field(1, field(2, scopeSpans))));
  expect(spanCount + rejectedSpanCount).toBe(3);
  return spanCount === 3;
}

/** For this test, text that is no UTF-8 can be decoded. */
function isDecodable(bytes: Bytes, message: { decode(bytes: Uint8Array): unknown } = KeyValue): boolean {
  try {
    message.decode(Uint8Array.from(bytes));
    return true;
  } catch (error) {
    return /utf-?8|encoded data was not valid/i.test(String(error));
  }
}
