import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { DynamoDbSpanBuffer } from '../../lib/aws/dynamodb/span-buffer.ts';
import type { TableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { createS3Client } from '../../lib/aws/s3/object-store.ts';
import type { QueueCalls } from '../../lib/aws/sqs/queue-calls.ts';
import { CallCounts, countCalls, countSdkCalls } from '../../lib/cost/count-calls.ts';
import { MemoryObjectStore } from '../memory/memory-object-store.ts';
import { useDynamoTable } from '../support/dynamo-table.ts';
import { engineClientOptions } from '../support/engines/engine.ts';
import { injectFaults } from '../support/faults.ts';
import { ManualClock } from '../support/manual-clock.ts';

const { tableName, createClient } = useDynamoTable();

/** A client that is counted, and what the engine itself says that the same calls consumed. */
function countedClient() {
  const uncounted = createClient();
  const consumed = new Map<string, number>();
  const counts = new CallCounts();
  const reporting: TableCalls = {
    call: async (operation, input) => {
      const output = await uncounted.call(operation, { ...input, ReturnConsumedCapacity: 'TOTAL' });
      const { ConsumedCapacity } = output as {
        ConsumedCapacity?: { CapacityUnits?: number } | { CapacityUnits?: number }[];
      };
      const units = [ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
      consumed.set(operation, (consumed.get(operation) ?? 0) + units);
      return output;
    },
  };
  return { client: countCalls(reporting, counts), counts, consumed };
}

/** An item of exactly so many bytes: names of 7, 2 and 1, a key of 32, a sort key of 3. */
function itemOf(bytes: number, traceId: string, sk = 'f#1') {
  return {
    traceId: { S: traceId.padStart(32, '0') },
    sk: { S: sk },
    p: { B: new Uint8Array(bytes - 7 - 2 - 1 - 32 - 3) },
  };
}

async function put(client: TableCalls, items: readonly ReturnType<typeof itemOf>[]) {
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  await client.call('BatchWriteItem', { RequestItems: { [tableName]: requests } });
}

describe('the units of DynamoDB', () => {
  it('are a write unit for each started KB of each item', async () => {
    const { client, counts, consumed } = countedClient();
    await put(client, [itemOf(1024, 'a'), itemOf(1025, 'b'), itemOf(2048, 'c'), itemOf(3000, 'd')]);
    // By hand: 1 + 2 + 2 + 3.
    expect(counts.of('BatchWriteItem')).toMatchObject({ calls: 1, items: 4, bytes: 7097, writeUnits: 8 });
    expect(consumed.get('BatchWriteItem')).toBe(8);
  });

  it.each([
    // By hand: all items of a query together, by 4 KB; half for an eventually consistent one.
    { sizes: [1024, 1024, 1024, 1024], consistent: true, units: 1 },
    { sizes: [1024, 1024, 1024, 1025], consistent: true, units: 2 },
    { sizes: [1024, 1024, 1024, 1025], consistent: false, units: 1 },
    { sizes: [100], consistent: false, units: 0.5 },
  ])('are $units read units for $sizes bytes, consistent: $consistent', async ({ sizes, consistent, units }) => {
    const { client, counts, consumed } = countedClient();
    const traceId = `e${sizes.join('')}${consistent}`.slice(-32);
    await put(
      client,
      sizes.map((size, index) => itemOf(size, traceId, `f#${index}`)),
    );
    const query = {
      TableName: tableName,
      ConsistentRead: consistent,
      KeyConditionExpression: 'traceId = :t',
      ExpressionAttributeValues: { ':t': { S: traceId.padStart(32, '0') } },
    };
    await client.call('Query', query);
    expect(counts.of('Query')).toMatchObject({ calls: 1, items: sizes.length, readUnits: units });
    expect(consumed.get('Query')).toBe(units);
  });

  it('are those that the engine reports for everything that the span buffer does', async () => {
    const { client, counts, consumed } = countedClient();
    const clock = new ManualClock();
    const buffer = new DynamoDbSpanBuffer({ client, tableName, spillStore: new MemoryObjectStore(), clock });
    const traceIds = Array.from({ length: 12 }, (_, index) => `f${index}`.padStart(32, '0'));
    const fragments = traceIds.flatMap((traceId, at) =>
      Array.from({ length: 5 }, (_, index) => {
        // Bytes that do not compress, of many sizes.
        const payload = Uint8Array.from(
          { length: 90 + at * 430 + index * 217 },
          (_byte, i) => (i * i * 31 + i * 7) % 251,
        );
        return { traceId, hash: `hash-${index}`, payload, spanCount: 3, receivedAtMs: clock.now() };
      }),
    );
    await buffer.append(fragments);
    for (const [index, traceId] of traceIds.entries()) {
      await buffer.read(traceId);
      const claim = {
        key: 'k'.repeat(60 + index * 170),
        fragments: ['hash-0', 'hash-1'],
        claimedAtMs: clock.now(),
        firstSeq: 0,
        lineCount: 1,
      };
      const record = {
        policy: 'errors',
        adjustedCount: 1,
        partition: 'dt=2026-11-21/hour=12',
        claims: [claim],
        version: 1,
      };
      await buffer.record(traceId, record);
    }
    const [traceId = ''] = traceIds;
    await buffer.readFragments(traceId, ['hash-0', 'hash-3', 'not there']);
    await buffer.writeList(
      traceId,
      'n',
      Array.from({ length: 500 }, (_, index) => `hash-${index}`),
    );
    await buffer.readList(traceId, 'n');
    expect(counts.of('BatchGetItem')).toMatchObject({ calls: 2, readUnits: consumed.get('BatchGetItem') });
    // By hand: one for each key, two for a list of 5 KB.
    expect(counts.of('BatchGetItem').readUnits).toBe(3 + 2);
    expect(counts.of('BatchWriteItem')).toMatchObject({ items: 60, writeUnits: consumed.get('BatchWriteItem') });
    expect(counts.of('Query')).toMatchObject({ calls: 12, readUnits: consumed.get('Query') });
    expect(counts.of('PutItem')).toMatchObject({ items: 13, writeUnits: consumed.get('PutItem') });
    expect(counts.of('PutItem').writeUnits).toBeGreaterThan(12);
  });

  it('of a call whose price nobody wrote down are an error, not nothing', async () => {
    const { client } = countedClient();
    await expect(client.call('Scan' as 'Query', { TableName: tableName })).rejects.toThrow(
      'no price for Scan: add it to COUNTERS',
    );
  });
});

describe('the requests of SQS', () => {
  it.each([
    { bodies: [10], requests: 1 },
    { bodies: Array.from({ length: 10 }, () => 6553), requests: 1 },
    { bodies: [65_536], requests: 1 },
    { bodies: [65_536, 1], requests: 2 },
    { bodies: [250_000], requests: 4 },
  ])('are $requests for messages of $bodies bytes in one call', async ({ bodies, requests }) => {
    // How a call counts does not depend on its answer.
    const queue: QueueCalls = { call: async () => ({ Successful: [], Failed: [] }) };
    const counts = new CallCounts();
    const Entries = bodies.map((length, index) => ({ Id: `${index}`, MessageBody: 'x'.repeat(length) }));
    await countCalls(queue, counts).call('SendMessageBatch', { QueueUrl: 'http://queue', Entries });
    expect(counts.of('SendMessageBatch')).toMatchObject({ calls: 1, items: bodies.length, requests });
  });
});

describe('the requests of S3', () => {
  it('are counted by the first folder of the key', async () => {
    const client = createS3Client(engineClientOptions('http://127.0.0.1:9'));
    const counts = new CallCounts();
    countSdkCalls(client, counts);
    injectFaults(client, 'PutObjectCommand', [async () => ({})], { forever: true });
    for (const Key of ['traces/dt=1/a', 'spill/b', 'traces/dt=1/c']) {
      await client.send(new PutObjectCommand({ Bucket: 'archive', Key, Body: new Uint8Array(100) }));
    }
    expect(counts.of('PutObject traces')).toMatchObject({ calls: 2, bytes: 200 });
    expect(counts.of('PutObject spill')).toMatchObject({ calls: 1, bytes: 100 });
  });
});
