import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { corpusOf } from '../../../bench/corpora.ts';
import type { Effort } from '../../../lib/aws/dynamodb/compressors.ts';
import { trainDictionary } from '../../../lib/aws/dynamodb/dictionary-training.ts';
import { fromFragmentItem, toFragmentItem } from '../../../lib/aws/dynamodb/fragment-item.ts';
import { encodeDeflated, encodeTrained } from '../../../lib/aws/dynamodb/fragment-payload.ts';
import { itemBytes, writeUnits } from '../../../lib/aws/dynamodb/schema.ts';
import { regroup } from '../../../lib/otlp/regroup/regroup.ts';
import type { BufferedFragment } from '../../../lib/pipeline/ports.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const expiresAt = 1_795_348_800;

describe('toFragmentItem', () => {
  it('has the attributes of docs/storage-schema.md', () => {
    expect(toFragmentItem(fragment(Uint8Array.of(5, 6)), expiresAt)).toEqual({
      item: {
        traceId: { S: traceId },
        sk: { S: 'f#a3f0' },
        expiresAt: { N: '1795348800' },
        r: { N: '1795262400000' },
        n: { N: '4' },
        p: { B: Uint8Array.of(0, 5, 6) },
      },
      spill: undefined,
    });
  });

  it('does not compress what costs one write unit either way', () => {
    const { item } = toFragmentItem(fragment(new Uint8Array(900).fill(97)), expiresAt);
    expect(item['p']?.B?.[0]).toBe(0);
    expect(itemBytes(item)).toBeLessThanOrEqual(1024);
  });

  it('compresses what then costs fewer write units', () => {
    const { item } = toFragmentItem(fragment(new Uint8Array(2_000).fill(97)), expiresAt);
    expect(item['p']?.B?.[0]).toBe(1);
    expect(itemBytes(item)).toBeLessThan(200);
  });

  it('keeps the bytes as they are when compressing saves no write unit', () => {
    const { item } = toFragmentItem(fragment(Uint8Array.from(randomBytes(1_200))), expiresAt);
    expect(item['p']?.B?.[0]).toBe(0);
  });

  const PAYLOADS = corpusOf('gateway', 3072).flatMap(({ protobuf }) =>
    regroup(protobuf).fragments.map(({ payload }) => payload),
  );
  const bytes = trainDictionary(PAYLOADS.slice(0, 60));
  const dictionary = { id: '0'.repeat(16), bytes, expiresAt: Number.POSITIVE_INFINITY };

  it.each<[string, object, (payload: Uint8Array, effort: Effort) => Uint8Array]>([
    ['without a dictionary', {}, encodeDeflated],
    ['with one', { dictionary }, (payload, effort) => encodeTrained(payload, dictionary, effort)],
  ])('tries harder where that gets the item under the limit of a write unit, %s', (_, coding, encode) => {
    const bytesBesides = itemBytes(toFragmentItem(fragment(new Uint8Array(0)), expiresAt).item) - 1;
    const bytesOf = (payload: Uint8Array, effort: Effort) => bytesBesides + encode(payload, effort).length;
    const inReach = PAYLOADS.find((payload) => {
      const [usual, best] = [bytesOf(payload, 'usual'), bytesOf(payload, 'best')];
      return writeUnits(usual) > writeUnits(best);
    });
    const { item } = toFragmentItem(fragment(inReach ?? new Uint8Array(0)), expiresAt, {}, coding);
    expect(itemBytes(item)).toBe(bytesOf(inReach ?? new Uint8Array(0), 'best'));
    // Where no limit is near, it does not.
    const farAway = PAYLOADS.find(
      (payload) => bytesOf(payload, 'best') < bytesOf(payload, 'usual') && bytesOf(payload, 'usual') < 1024,
    );
    const { item: once } = toFragmentItem(fragment(farAway ?? new Uint8Array(0)), expiresAt, {}, coding);
    expect(itemBytes(once)).toBe(bytesOf(farAway ?? new Uint8Array(0), 'usual'));
  });

  it('needs no more write units with a dictionary than the harder try alone', () => {
    const unitsOf = (payload: Uint8Array) =>
      writeUnits(itemBytes(toFragmentItem(fragment(payload), expiresAt, {}, { dictionary }).item));
    const bytesBesides = itemBytes(toFragmentItem(fragment(new Uint8Array(0)), expiresAt).item) - 1;
    const best = (payload: Uint8Array) => writeUnits(bytesBesides + encodeTrained(payload, dictionary, 'best').length);
    const sum = (units: (payload: Uint8Array) => number) =>
      PAYLOADS.reduce((total, payload) => total + units(payload), 0);
    expect(sum(unitsOf)).toBeLessThanOrEqual(sum(best));
  });

  it('tries harder before it spills', () => {
    const bytesOf = (payload: Uint8Array, effort: Effort) => encodeTrained(payload, dictionary, effort).length;
    const joined = (count: number) => Buffer.concat(PAYLOADS.slice(60, 60 + count));
    const counts = Array.from({ length: 60 }, (_, index) => index + 1);
    const count = counts.find((one) => bytesOf(joined(one), 'usual') > 8192 && bytesOf(joined(one), 'best') <= 8192);
    const { item, spill } = toFragmentItem(fragment(joined(count ?? 0)), expiresAt, {}, { dictionary });
    expect(spill).toBeUndefined();
    expect(item['p']?.B).toHaveLength(bytesOf(joined(count ?? 0), 'best'));
  });

  it('spills a payload that is over 8 KB when stored, and points at it', () => {
    const payload = Uint8Array.from(randomBytes(8 * 1024));
    const { item, spill } = toFragmentItem(fragment(payload), expiresAt);
    expect(item).toMatchObject({ s: { S: `spill/${traceId}/a3f0` } });
    expect(item).not.toHaveProperty('p');
    expect(spill).toEqual({ key: `spill/${traceId}/a3f0`, bytes: Uint8Array.of(0, ...payload) });
    expect(toFragmentItem(fragment(payload.subarray(1)), expiresAt).spill).toBeUndefined();
  });

  it.each([{}, { dictionary }])('spills what was compressed before, and compresses nothing again', (coding) => {
    const payload = Buffer.concat(PAYLOADS);
    const deflated = encodeDeflated(payload, 'best');
    const { spill } = toFragmentItem(fragment(payload), expiresAt, {}, { ...coding, deflated });
    expect(spill?.bytes === deflated).toBe(true);
  });
});

describe('fromFragmentItem', () => {
  it.each([
    {
      what: 'no payload and no pointer',
      change: { p: undefined },
      message: 'attribute "s" must be a string, got nothing',
    },
    {
      what: 'a receive time of another type',
      change: { r: { S: 'noon' } },
      message: 'attribute "r" must be a number, got type S',
    },
    { what: 'half a span', change: { n: { N: '0.5' } }, message: 'attribute "n" must be a whole number, got type N' },
  ])('refuses an item with $what', ({ change, message }) => {
    const { item } = toFragmentItem(fragment(Uint8Array.of(5)), expiresAt);
    const changed = Object.fromEntries(Object.entries({ ...item, ...change }).flatMap(([k, v]) => (v ? [[k, v]] : [])));
    expect(() => fromFragmentItem(changed)).toThrow(message);
  });
});

function fragment(payload: Uint8Array): BufferedFragment {
  return { traceId, hash: 'a3f0', payload, receivedAtMs: 1_795_262_400_000, spanCount: 4 };
}
