import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DICTIONARY_V1 } from '../../../lib/aws/dynamodb/dictionary-v1.ts';
import {
  decodePayload,
  dictionaryIdOf,
  encodeDeflated,
  encodeRaw,
  MAX_FRAGMENT_BYTES,
  UnreadablePayloadError,
} from '../../../lib/aws/dynamodb/fragment-payload.ts';

const NONE = new Uint8Array();

describe('fragment payload', () => {
  it('reads back what it wrote, in both codings', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (payload) => {
        expect(Buffer.compare(decodePayload(encodeRaw(payload)) ?? NONE, payload)).toBe(0);
        expect(Buffer.compare(decodePayload(encodeDeflated(payload)) ?? NONE, payload)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('is a codec byte and the bytes (0), or a raw deflate stream with dictionary v1 (1)', () => {
    const payload = Buffer.from('http.request.method '.repeat(20));
    expect(encodeRaw(payload)).toEqual(Uint8Array.of(0, ...payload));
    const deflated = encodeDeflated(payload);
    expect(deflated[0]).toBe(1);
    expect(inflateRawSync(deflated.subarray(1), { dictionary: DICTIONARY_V1 })).toEqual(payload);
  });

  it('is a codec byte, the ID of a trained dictionary and a raw deflate stream with it (2)', () => {
    const payload = Buffer.from('http.request.method '.repeat(20));
    const dictionary = { id: '692000000badcafe', bytes: Buffer.from('request.method http.') };
    const deflated = encodeDeflated(payload, { dictionary });
    expect(Buffer.from(deflated.subarray(0, 9)).toString('hex')).toBe('02692000000badcafe');
    expect(inflateRawSync(deflated.subarray(9), { dictionary: dictionary.bytes })).toEqual(payload);
    expect(dictionaryIdOf(deflated)).toBe(dictionary.id);
    expect(decodePayload(deflated, undefined, dictionary.bytes)).toEqual(Uint8Array.from(payload));
    expect(() => decodePayload(deflated)).toThrow('dictionary 692000000badcafe is needed, got none');
    expect(() => dictionaryIdOf(deflated.subarray(0, 8))).toThrow(UnreadablePayloadError);
    expect(dictionaryIdOf(encodeDeflated(payload))).toBeUndefined();
    expect(dictionaryIdOf(encodeRaw(payload))).toBeUndefined();
  });

  it.each([
    { what: 'nothing', stored: new Uint8Array(0), message: 'stored payload is empty' },
    { what: 'a codec of the future', stored: Uint8Array.of(9, 1, 2), message: 'has codec 9, known are 0, 1 and 2' },
    { what: 'a damaged stream', stored: Uint8Array.of(1, 0xff, 0xff), message: 'does not inflate' },
    {
      what: 'a stream that was cut off',
      stored: encodeDeflated(DICTIONARY_V1.toReversed()).subarray(0, 900),
      message: 'does not inflate',
    },
  ])('refuses $what', ({ stored, message }) => {
    expect(() => decodePayload(stored)).toThrow(UnreadablePayloadError);
    expect(() => decodePayload(stored)).toThrow(message);
  });

  it('stops inflating at the limit', () => {
    const bomb = Buffer.concat([Buffer.of(1), deflateRawSync(Buffer.alloc(100_001), { dictionary: DICTIONARY_V1 })]);
    expect(decodePayload(bomb, 100_000)).toBeUndefined();
    expect(decodePayload(bomb, 0)).toBeUndefined();
    expect(decodePayload(bomb, 100_001)).toHaveLength(100_001);
  });

  it('does not write what it would not read', () => {
    const huge = new Uint8Array(MAX_FRAGMENT_BYTES + 1);
    expect(() => encodeRaw(huge)).toThrow(RangeError);
    expect(() => encodeDeflated(huge)).toThrow(RangeError);
  });
});
