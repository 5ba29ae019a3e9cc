import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DynamoDbLimitStore } from '../../../lib/aws/dynamodb/limit-store.ts';
import { FleetAllowances } from '../../../lib/pipeline/allowances/fleet-allowances.ts';
import { UnavailableError } from '../../../lib/pipeline/ports.ts';
import type { Limit } from '../../../lib/sampling/limits.ts';
import { bucketOf, tokensIn } from '../../../lib/sampling/limits.ts';
import { MemoryKeyTables } from '../../memory/memory-key-tables.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';
import { injectFaults, loseAnswer, loseRequest, refuse } from '../../support/faults.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const { tableName, createClient } = useDynamoTable();
const throttle = refuse('ProvisionedThroughputExceededException', 400);

function create(clock = new ManualClock()) {
  const client = createClient();
  const store = new DynamoDbLimitStore({ client, tableName, clock, retryPolicy: instantRetryPolicy(clock) });
  return { clock, client, store };
}

function rate(perSecond: number, burst: number): Limit {
  return { kind: 'rate', key: randomUUID(), perSecond, burst };
}

describe('DynamoDbLimitStore', () => {
  it('leases all the same after throttling and lost requests', async () => {
    const { client, store, clock } = create();
    injectFaults(client, 'UpdateItem', [throttle, loseRequest]);
    const bucket = bucketOf(rate(10, 20), clock.now());
    expect((await store.lease(bucket, clock.now(), 20, 20)).granted).toBe(20);
  });

  it('grants too few rather than too many when an answer is lost', async () => {
    const { client, store, clock } = create();
    const bucket = bucketOf(rate(10, 20), clock.now());
    await store.lease(bucket, clock.now(), 1, 1);
    injectFaults(client, 'UpdateItem', [loseAnswer]);
    expect((await store.lease(bucket, clock.now(), 6, 6)).granted).toBe(6);
    const { level } = await store.lease(bucket, clock.now(), 20, 20);
    expect(tokensIn(bucket, level, clock.now())).toBe(20 - 1 - 6 - 6);
  });

  it('is unavailable when it cannot be reached in time', async () => {
    const { client, store, clock } = create();
    injectFaults(client, 'UpdateItem', [throttle], { forever: true });
    const bucket = bucketOf(rate(10, 20), clock.now());
    await expect(store.lease(bucket, clock.now(), 1, 1)).rejects.toThrow(UnavailableError);
  });

  it('tries to give back only once', async () => {
    const { client, store, clock } = create();
    const bucket = bucketOf(rate(10, 20), clock.now());
    await store.lease(bucket, clock.now(), 20, 20);
    const calls = injectFaults(client, 'UpdateItem', [loseAnswer]);
    await expect(store.release(bucket, 5)).rejects.toThrow();
    expect(calls).toEqual(['UpdateItem']);
    expect((await store.lease(bucket, clock.now(), 6, 6)).granted).toBe(0);
  });

  it.each([
    // 20 tokens at 4 per second: full again after 5 s at most.
    { what: 'is full again', limit: rate(4, 20), expiresAfterS: 5 + 600 },
    { what: 'is over', limit: { ...rate(4, 0), kind: 'second' } as const, expiresAfterS: 1 + 600 },
    { what: 'never refills', limit: rate(0, 20), expiresAfterS: undefined },
  ])('keeps a bucket until ten minutes after it $what', async ({ limit, expiresAfterS }) => {
    const { client, store, clock } = create();
    const bucket = bucketOf(limit, clock.now());
    await store.lease(bucket, clock.now(), 1, 1);
    const Key = { traceId: { S: 'limiter' }, sk: { S: `r#${bucket.key}` } };
    const { Item } = await client.call('GetItem', { TableName: tableName, Key });
    const expected = expiresAfterS === undefined ? undefined : String(clock.now() / 1000 + expiresAfterS);
    expect(Item?.['l']?.N).toMatch(/^\d+$/);
    expect(Item?.['expiresAt']?.N).toBe(expected);
  });

  it('lets twenty deciders at once admit no more than the burst and the refill', async () => {
    const clock = new ManualClock();
    const startMs = clock.now();
    const limit = rate(200, 60);
    const deciders = Array.from(
      { length: 20 },
      () => new FleetAllowances({ limits: create(clock).store, keyTables: new MemoryKeyTables(), clock }),
    );
    let admitted = 0;
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        deciders.map(async (fleet, i) => {
          for (const cost of [1 + (i % 5), 4, 2]) {
            const look = { receivedAtMs: clock.now(), isFirst: true };
            const { answer } = await fleet.evaluate((allowances) => allowances.take(limit, cost), look);
            if (answer) admitted += cost;
          }
          // Every seventh decider dies and takes what it holds with it.
          if (i % 7 !== 0) await fleet.releaseAll();
        }),
      );
      const most = 60 + (200 * (clock.now() - startMs)) / 1000;
      expect(admitted).toBeLessThanOrEqual(most);
      clock.advance(150);
    }
    expect(admitted).toBeGreaterThan(60);
  });
});
