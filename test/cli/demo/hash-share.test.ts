import { describe, expect, it } from 'vitest';
import { fnv1a64, isInShare, TEN_PERCENT } from '../../../lib/cli/demo/expected-policy.ts';

describe('fnv1a64', () => {
  // The published test vectors of FNV-1a.
  it.each([
    { text: '', hash: 0xcbf29ce484222325n },
    { text: 'a', hash: 0xaf63dc4c8601ec8cn },
    { text: 'foobar', hash: 0x85944171f73967e8n },
  ])('hashes "$text"', ({ text, hash }) => {
    expect(fnv1a64(Buffer.from(text))).toBe(hash);
  });
});

describe('isInShare', () => {
  // Hashes of trace IDs under the default salt, computed apart from this code.
  it.each([
    { traceId: 'ffffffffffffffffffffffffffffffff', hash: 0x17bec3739634fe2dn, inTenPercent: true },
    { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', hash: 0xa54533ba2e4970b5n, inTenPercent: false },
    { traceId: '0af7651916cd43dd8448eb211c80319c', hash: 0x33bf83d45f51634cn, inTenPercent: false },
  ])('keeps $traceId up to its hash, inclusive', ({ traceId, hash, inTenPercent }) => {
    expect(isInShare(traceId, hash)).toBe(true);
    expect(isInShare(traceId, hash - 1n)).toBe(false);
    expect(isInShare(traceId, TEN_PERCENT)).toBe(inTenPercent);
  });
});
