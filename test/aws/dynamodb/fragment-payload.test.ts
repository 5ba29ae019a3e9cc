import { deflateRawSync, inflateRawSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DICTIONARY_V1 } from '../../../lib/aws/dynamodb/dictionary-v1.ts';
import {
  decodePayload,
  dictionaryIdOf,
  encodeDeflated,
  encodeRaw,
  encodeTrained,
  MAX_FRAGMENT_BYTES,
  UnreadablePayloadError,
} from '../../../lib/aws/dynamodb/fragment-payload.ts';

const NONE = new Uint8Array();
const DICTIONARY = { id: '692000000badcafe', bytes: Buffer.from('request.method http.'.repeat(60)) };

describe('fragment payload', () => {
  it.each(['usual', 'best'] as const)('reads back what it wrote, in all codings, with %s effort', (effort) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (payload) => {
        expect(Buffer.compare(decodePayload(encodeRaw(payload)) ?? NONE, payload)).toBe(0);
        expect(Buffer.compare(decodePayload(encodeDeflated(payload, effort)) ?? NONE, payload)).toBe(0);
        const trained = encodeTrained(payload, DICTIONARY, effort);
        expect(Buffer.compare(decodePayload(trained, undefined, DICTIONARY.bytes) ?? NONE, payload)).toBe(0);
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

  it('is a codec byte, the ID of a trained dictionary and a frame of zstd with it (2)', () => {
    const payload = Buffer.from('http.request.method '.repeat(20));
    const stored = encodeTrained(payload, DICTIONARY);
    expect(Buffer.from(stored.subarray(0, 9)).toString('hex')).toBe('02692000000badcafe');
    expect(zstdDecompressSync(stored.subarray(9), { dictionary: DICTIONARY.bytes })).toEqual(payload);
    expect(dictionaryIdOf(stored)).toBe(DICTIONARY.id);
    expect(decodePayload(stored, undefined, DICTIONARY.bytes)).toEqual(Uint8Array.from(payload));
    expect(() => decodePayload(stored)).toThrow('dictionary 692000000badcafe is needed, got none');
    expect(() => dictionaryIdOf(stored.subarray(0, 8))).toThrow(UnreadablePayloadError);
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
    {
      what: 'a damaged frame',
      stored: encodeTrained(DICTIONARY_V1, DICTIONARY).fill(0xff, 9, 20),
      message: 'does not inflate',
    },
    {
      what: 'a frame that was cut off',
      stored: encodeTrained(DICTIONARY_V1, DICTIONARY).subarray(0, 900),
      message: 'does not inflate',
    },
  ])('refuses $what', ({ stored, message }) => {
    expect(() => decodePayload(stored, undefined, DICTIONARY.bytes)).toThrow(UnreadablePayloadError);
    expect(() => decodePayload(stored, undefined, DICTIONARY.bytes)).toThrow(message);
  });

  it.each([
    ['1', deflateRawSync(Buffer.alloc(100_001), { dictionary: DICTIONARY_V1 }), ''],
    ['2', zstdCompressSync(Buffer.alloc(100_001), { dictionary: DICTIONARY.bytes }), DICTIONARY.id],
  ])('stops inflating at the limit, in coding %s', (coding, compressed, id) => {
    const bomb = Buffer.concat([Buffer.of(Number(coding)), Buffer.from(id, 'hex'), compressed]);
    const lengthOf = (maxBytes: number) => decodePayload(bomb, maxBytes, DICTIONARY.bytes)?.length;
    expect([100_000, 0, 100_001].map(lengthOf)).toEqual([undefined, undefined, 100_001]);
  });

  it('does not write what it would not read', () => {
    const huge = new Uint8Array(MAX_FRAGMENT_BYTES + 1);
    expect(() => encodeRaw(huge)).toThrow(RangeError);
    expect(() => encodeDeflated(huge)).toThrow(RangeError);
    expect(() => encodeTrained(huge, DICTIONARY)).toThrow(RangeError);
  });
});
