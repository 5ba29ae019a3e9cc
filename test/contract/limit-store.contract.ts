import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LimitLevels } from '../../lib/pipeline/explain/ports.ts';
import type { LimitStore } from '../../lib/pipeline/ports.ts';
import { bucketOf, type TokenBucket, tokensIn } from '../../lib/sampling/limits.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);

/** What ports.ts promises of a limit store. `create` may share storage between cases: each uses buckets of its own. */
export function describeLimitStore(name: string, create: () => LimitStore & LimitLevels): void {
  describe(`${name} as a limit store`, () => {
    it('starts with full buckets', async () => {
      const store = create();
      const bucket = rateBucket(10, 20);
      expect(await granted(store, bucket, NOW_MS, 21, 21)).toBe(0);
      expect(await granted(store, bucket, NOW_MS, 20, 20)).toBe(20);
      expect(await granted(store, bucket, NOW_MS, 1, 1)).toBe(0);
    });

    it('grants what is wanted, else what is needed, else nothing', async () => {
      const store = create();
      const bucket = rateBucket(10, 20);
      expect(await granted(store, bucket, NOW_MS, 5, 12)).toBe(12);
      expect(await granted(store, bucket, NOW_MS, 5, 12)).toBe(5);
      expect(await granted(store, bucket, NOW_MS, 5, 12)).toBe(0);
      expect(await granted(store, bucket, NOW_MS, 3, 3)).toBe(3);
    });

    it('refills with the time of the caller, up to the capacity', async () => {
      const store = create();
      const bucket = rateBucket(10, 20);
      expect(await granted(store, bucket, NOW_MS, 20, 20)).toBe(20);
      expect(await granted(store, bucket, NOW_MS + 299, 3, 3)).toBe(0);
      expect(await granted(store, bucket, NOW_MS + 300, 3, 3)).toBe(3);
      expect(await granted(store, bucket, NOW_MS + 60_000, 21, 21)).toBe(0);
      expect(await granted(store, bucket, NOW_MS + 60_000, 20, 20)).toBe(20);
      expect(await granted(store, bucket, NOW_MS + 60_000, 1, 1)).toBe(0);
    });

    it('gives a caller whose clock is behind no more for that', async () => {
      const store = create();
      const bucket = rateBucket(10, 20);
      expect(await granted(store, bucket, NOW_MS, 20, 20)).toBe(20);
      expect(await granted(store, bucket, NOW_MS - 60_000, 1, 1)).toBe(0);
      expect(await granted(store, bucket, NOW_MS + 100, 1, 1)).toBe(1);
    });

    it('never refills a bucket without a rate, or of one second', async () => {
      const store = create();
      for (const bucket of [rateBucket(0, 5), secondBucket(5)]) {
        expect(await granted(store, bucket, NOW_MS, 3, 3)).toBe(3);
        expect(await granted(store, bucket, NOW_MS + 900, 3, 3)).toBe(0);
        expect(await granted(store, bucket, NOW_MS + 900, 2, 2)).toBe(2);
        expect(await granted(store, bucket, NOW_MS + 900, 1, 1)).toBe(0);
      }
    });

    it('says how full a bucket is, and takes nothing for that', async () => {
      const store = create();
      const bucket = rateBucket(10, 20);
      expect(await store.level(bucket)).toBeUndefined();
      await store.lease(bucket, NOW_MS, 12, 12);
      for (let look = 0; look < 3; look++) expect(tokensIn(bucket, await store.level(bucket), NOW_MS)).toBe(8);
      expect(tokensIn(bucket, await store.level(bucket), NOW_MS + 100)).toBe(9);
      expect(await granted(store, bucket, NOW_MS, 8, 8)).toBe(8);
    });

    it('keeps buckets apart', async () => {
      const store = create();
      const [one, other] = [rateBucket(1, 5), rateBucket(1, 5)];
      expect(await granted(store, one, NOW_MS, 5, 5)).toBe(5);
      expect(await granted(store, other, NOW_MS, 5, 5)).toBe(5);
    });

    it('tells the level after the lease', async () => {
      const store = create();
      const bucket = rateBucket(10, 20);
      const taken = await store.lease(bucket, NOW_MS, 15, 15);
      expect(tokensIn(bucket, taken.level, NOW_MS)).toBe(5);
      const refused = await store.lease(bucket, NOW_MS + 150, 7, 7);
      expect(refused.granted).toBe(0);
      expect(tokensIn(bucket, refused.level, NOW_MS + 150)).toBe(6);
    });

    it('is exact at rates of which the level is no exact double', async () => {
      const store = create();
      const bucket = rateBucket(900_000_000_007, 2);
      expect(tokensIn(bucket, (await store.lease(bucket, NOW_MS, 1, 1)).level, NOW_MS)).toBe(bucket.capacity - 1);
      expect(tokensIn(bucket, (await store.lease(bucket, NOW_MS, 1, 1)).level, NOW_MS)).toBe(bucket.capacity - 2);
    });

    it('takes tokens back', async () => {
      const store = create();
      const bucket = rateBucket(10, 20);
      await store.lease(bucket, NOW_MS, 20, 20);
      await store.release(bucket, 8);
      expect(await granted(store, bucket, NOW_MS, 9, 9)).toBe(0);
      expect(await granted(store, bucket, NOW_MS, 8, 8)).toBe(8);
    });

    it('does not fill a bucket over its capacity by what comes back', async () => {
      const store = create();
      const bucket = rateBucket(10, 20);
      await store.lease(bucket, NOW_MS, 10, 10);
      await store.release(bucket, 10);
      const laterMs = NOW_MS + 1000;
      expect(await granted(store, bucket, laterMs, 21, 21)).toBe(0);
      expect(await granted(store, bucket, laterMs, 20, 20)).toBe(20);
      expect(await granted(store, bucket, laterMs, 1, 1)).toBe(0);
    });

    it('gives no token twice, however many deciders ask at once', async () => {
      const store = create();
      const deciders = Array.from({ length: 20 }, () => store);
      for (const bucket of [rateBucket(100, 53), secondBucket(53)]) {
        const leases = await Promise.all(deciders.map((decider) => decider.lease(bucket, NOW_MS, 3, 7)));
        const sum = leases.reduce((total, lease) => total + lease.granted, 0);
        // Nobody is refused while 3 are left.
        expect(sum).toBeLessThanOrEqual(53);
        expect(sum).toBeGreaterThan(50);
      }
    });
  });
}

function rateBucket(perSecond: number, burst: number): TokenBucket {
  return bucketOf({ kind: 'rate', key: randomUUID(), perSecond, burst }, NOW_MS);
}

function secondBucket(perSecond: number): TokenBucket {
  return bucketOf({ kind: 'second', key: randomUUID(), perSecond }, NOW_MS);
}

async function granted(store: LimitStore, bucket: TokenBucket, nowMs: number, needed: number, wanted: number) {
  return (await store.lease(bucket, nowMs, needed, wanted)).granted;
}
