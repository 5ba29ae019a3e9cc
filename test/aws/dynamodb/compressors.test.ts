import { inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { corpusOf } from '../../../bench/corpora.ts';
import { deflateWithV1, openDeflate, openZstd, zstdWith } from '../../../lib/aws/dynamodb/compressors.ts';
import { trainDictionary } from '../../../lib/aws/dynamodb/dictionary-training.ts';
import { DICTIONARY_V1 } from '../../../lib/aws/dynamodb/dictionary-v1.ts';
import { regroup } from '../../../lib/otlp/regroup/regroup.ts';

const PAYLOADS = corpusOf('gateway', 1024).flatMap(({ protobuf }) =>
  regroup(protobuf).fragments.map(({ payload }) => payload),
);
const DICTIONARY = Buffer.from(trainDictionary(PAYLOADS.slice(0, 60)));

describe('compressors', () => {
  // Otherwise minizlib does not work with this Node.js any more, and every payload costs more processor time than need be.
  it('keep their streams open with this version of Node.js', () => {
    expect(openDeflate(6).isOpen).toBe(true);
    expect(openZstd(DICTIONARY, 3).isOpen).toBe(true);
  });

  it.each(['usual', 'best'] as const)('read back payload by payload, with %s effort', (effort) => {
    for (const payload of PAYLOADS.slice(0, 80)) {
      const deflated = deflateWithV1(payload, effort);
      expect(Buffer.compare(inflateRawSync(deflated, { dictionary: DICTIONARY_V1 }), payload)).toBe(0);
      const frame = zstdWith(DICTIONARY, payload, effort);
      expect(Buffer.compare(zstdDecompressSync(frame, { dictionary: DICTIONARY }), payload)).toBe(0);
    }
  });

  it('give the same bytes for the same payload, whatever came before', () => {
    const [one = DICTIONARY, other = DICTIONARY] = PAYLOADS;
    const first = [deflateWithV1(one, 'usual'), zstdWith(DICTIONARY, one, 'usual')];
    deflateWithV1(other, 'usual');
    zstdWith(DICTIONARY, other, 'usual');
    const later = [deflateWithV1(one, 'usual'), zstdWith(DICTIONARY, one, 'usual')];
    expect(later.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
      first.map((bytes) => Buffer.from(bytes).toString('hex')),
    );
  });

  // zlib hashes a few bytes behind the dictionary as well: those with which the payload before began.
  it('read back where the payload before changes the bytes', () => {
    const payload = Buffer.concat([
      Buffer.of(0, 1, 2, 3, 0x7a, 0x7a),
      DICTIONARY_V1.subarray(-3),
      Buffer.of(0, 1, 2, 3),
    ]);
    const deflated = Array.from({ length: 52 }, (_, i) => {
      deflateWithV1(new Uint8Array(4).fill(i * 5), 'usual');
      return deflateWithV1(payload, 'usual');
    });
    for (const bytes of deflated) {
      expect(inflateRawSync(bytes, { dictionary: DICTIONARY_V1 }).equals(payload)).toBe(true);
    }
  });

  it('take payloads larger than a chunk of a stream', () => {
    const large = Buffer.concat(PAYLOADS);
    expect(large.length).toBeGreaterThan(200_000);
    const deflated = deflateWithV1(large, 'usual');
    expect(inflateRawSync(deflated, { dictionary: DICTIONARY_V1 }).equals(large)).toBe(true);
    const frame = zstdWith(DICTIONARY, large, 'usual');
    expect(zstdDecompressSync(frame, { dictionary: DICTIONARY }).equals(large)).toBe(true);
  });

  it('serve more dictionaries in turn than they keep streams for', () => {
    const dictionaries = Array.from({ length: 7 }, (_, index) => DICTIONARY.subarray(index * 100));
    for (const [index, payload] of PAYLOADS.slice(0, 30).entries()) {
      const dictionary = dictionaries[index % dictionaries.length] ?? DICTIONARY;
      const frame = zstdWith(dictionary, payload, 'usual');
      expect(Buffer.compare(zstdDecompressSync(frame, { dictionary }), payload)).toBe(0);
    }
  });
});
