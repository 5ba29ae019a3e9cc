import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CorpusName, corpusOf } from '../../../bench/corpora.ts';
import { DICTIONARY_BYTES, trainDictionary } from '../../../lib/aws/dynamodb/dictionary-training.ts';
import { encodeDeflated, encodeTrained } from '../../../lib/aws/dynamodb/fragment-payload.ts';
import { regroup } from '../../../lib/otlp/regroup/regroup.ts';

function fragmentsOf(corpus: CorpusName, requests: number, seed: number): readonly Uint8Array[] {
  return corpusOf(corpus, requests * 512, seed).flatMap(({ protobuf }) =>
    regroup(protobuf).fragments.map(({ payload }) => payload),
  );
}

function storedBytes(payloads: readonly Uint8Array[], bytes?: Uint8Array): number {
  const encode = (payload: Uint8Array) =>
    bytes === undefined
      ? encodeDeflated(payload, 'best')
      : encodeTrained(payload, { id: '0'.repeat(16), bytes }, 'best');
  return payloads.reduce((sum, payload) => sum + encode(payload).length, 0);
}

describe('trainDictionary', () => {
  it.each(['gateway', 'pod'] as const)(
    'leaves less than 60 % of what dictionary v1 leaves, of other %s requests',
    (corpus) => {
      const dictionary = trainDictionary(fragmentsOf(corpus, 3, 1).slice(0, 256));
      const others = fragmentsOf(corpus, 1, 2);
      expect(storedBytes(others, dictionary) / storedBytes(others)).toBeLessThan(0.6);
    },
  );

  it('has what four samples share, and nothing that fewer have', () => {
    const samples = Array.from({ length: 8 }, (_, index) =>
      Buffer.from(`customer=user-${index}@example.com;region=eu-central-1;${index < 3 ? 'rare-and-secret' : ''}`),
    );
    const dictionary = Buffer.from(trainDictionary(samples)).toString();
    expect(dictionary).toContain('@example.com;region=eu-central-1;');
    expect(dictionary).toContain('customer=user-');
    expect(dictionary).not.toMatch(/user-\d|secret/);
  });

  it('puts what is repeated most at the end, where deflate has it cheapest', () => {
    const words = (text: string, from: number) => Buffer.from(text.repeat(30).slice(from));
    const samples = [
      ...Array.from({ length: 40 }, (_, index) => words('the most frequent words of all. ', index)),
      ...Array.from({ length: 5 }, (_, index) => words('words that are hardly ever used. ', index)),
    ];
    const dictionary = Buffer.from(trainDictionary(samples)).toString();
    expect(dictionary.lastIndexOf('most frequent')).toBeGreaterThan(dictionary.lastIndexOf('hardly ever'));
  });

  it('is no larger than asked for, and the same for the same samples', () => {
    const samples = fragmentsOf('gateway', 1, 3);
    expect(trainDictionary(samples).length).toBeLessThanOrEqual(DICTIONARY_BYTES);
    expect(trainDictionary(samples, 2_000).length).toBe(2_000);
    expect(trainDictionary(samples)).toEqual(trainDictionary(samples));
  });

  it('takes any samples', () => {
    const samples = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
    const repeated = fc
      .tuple(samples, fc.integer({ min: 1, max: 6 }))
      .map(([some, times]) => Array.from({ length: times }, () => some).flat());
    fc.assert(
      fc.property(repeated, fc.integer({ min: 1, max: 300 }), (some, size) => {
        const dictionary = Buffer.from(trainDictionary(some, size));
        expect(dictionary.length).toBeLessThanOrEqual(size);
        const all = Buffer.concat(some);
        for (const byte of dictionary) expect(all.includes(byte)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
