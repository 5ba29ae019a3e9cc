import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fnv1a64 } from '../../lib/otlp/fnv1a-64.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const toHex = ({ high, low }: { high: number; low: number }) =>
  [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');

/** FNV-1a as its definition says it. */
function straightforward(bytes: Uint8Array): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

describe('fnv1a64', () => {
  // The first three from the test suite of FNV itself (test_fnv.c), the others computed outside of this project.
  it.each([
    { bytes: utf8(''), hash: 'cbf29ce484222325' },
    { bytes: utf8('a'), hash: 'af63dc4c8601ec8c' },
    { bytes: utf8('foobar'), hash: '85944171f73967e8' },
    { bytes: Uint8Array.of(...utf8('default-hash-seed'), ...new Uint8Array(16)), hash: 'e19536eed1bbac3d' },
    { bytes: Uint8Array.of(...utf8('default-hash-seed'), ...new Uint8Array(16).fill(255)), hash: '17bec3739634fe2d' },
  ])('hashes $bytes to $hash', ({ bytes, hash }) => {
    expect(toHex(fnv1a64(bytes))).toBe(hash);
  });

  it('equals the definition on any bytes, also in two steps', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (head, tail) => {
        const expected = straightforward(Uint8Array.of(...head, ...tail));
        expect(toHex(fnv1a64(tail, fnv1a64(head)))).toBe(expected);
      }),
    );
  });
});
