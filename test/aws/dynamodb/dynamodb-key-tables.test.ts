import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DynamoDbKeyTables } from '../../../lib/aws/dynamodb/key-tables.ts';
import { UnavailableError } from '../../../lib/pipeline/ports.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';
import { injectFaults, loseAnswer, refuse } from '../../support/faults.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const { tableName, createClient } = useDynamoTable();
const HOUR_MS = 3_600_000;
const throttle = refuse('ProvisionedThroughputExceededException', 400);

function create() {
  const clock = new ManualClock();
  const client = createClient();
  const store = new DynamoDbKeyTables({ client, tableName, clock, retryPolicy: instantRetryPolicy(clock) });
  return { clock, client, store, sampler: randomUUID() };
}

const table = (average: number) => ({ interval: 3, averages: new Map([['0a1b2c3d', average]]) });

describe('DynamoDbKeyTables', () => {
  it('is unavailable when it cannot be reached in time', async () => {
    const { client, store, sampler } = create();
    for (const command of ['Query', 'PutItem']) {
      injectFaults(client, command, [throttle], { forever: true });
    }
    await expect(store.latest(sampler, 3)).rejects.toThrow(UnavailableError);
    await expect(store.counts(sampler, 3)).rejects.toThrow(UnavailableError);
    await expect(store.putIfAbsent(sampler, table(1))).rejects.toThrow(UnavailableError);
  });

  it('finds its own table when the answer to the put is lost', async () => {
    const { client, store, sampler } = create();
    injectFaults(client, 'PutItem', [loseAnswer]);
    expect(await store.putIfAbsent(sampler, table(1))).toEqual(table(1));
  });

  it('counts once, and not again when the answer is lost', async () => {
    const { client, store, sampler } = create();
    injectFaults(client, 'UpdateItem', [loseAnswer]);
    await expect(store.count(sampler, 3, new Map([['a', 2]]))).rejects.toThrow();
    expect(await store.counts(sampler, 3)).toEqual(new Map([['a', 2]]));
  });

  it('remembers a table for as long as a trace of its interval can be in the buffer, and no longer than twice that', async () => {
    const { clock, store, sampler } = create();
    await store.putIfAbsent(sampler, table(1));
    await store.count(sampler, 3, new Map([['a', 2]]));
    clock.advance(25 * HOUR_MS);
    expect(await store.latest(sampler, 4)).toEqual(table(1));
    clock.advance(23 * HOUR_MS);
    expect(await store.latest(sampler, 4)).toBeUndefined();
    expect(await store.counts(sampler, 3)).toEqual(new Map());
    expect(await store.putIfAbsent(sampler, table(2))).toEqual(table(2));
  });
});
