import { BatchWriteItemCommand, type DynamoDBClient, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createSqsClient } from '../../lib/aws/clients.ts';
import { DynamoDbSpanBuffer } from '../../lib/aws/dynamodb/span-buffer.ts';
import { createS3Client } from '../../lib/aws/s3/object-store.ts';
import { CallCounts, countCalls } from '../../lib/cost/count-calls.ts';
import { MemoryObjectStore } from '../memory/memory-object-store.ts';
import { useDynamoTable } from '../support/dynamo-table.ts';
import { engineClientOptions } from '../support/engines/engine.ts';
import { ManualClock } from '../support/manual-clock.ts';

const { tableName, createClient } = useDynamoTable();

/** A client that is counted, and what the engine itself says that the same calls consumed. */
function countedClient() {
  const client = createClient();
  const counts = new CallCounts();
  countCalls(client, counts);
  const consumed = new Map<string, number>();
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' as const } });
        const { ConsumedCapacity } = result.output as {
          ConsumedCapacity?: { CapacityUnits?: number } | { CapacityUnits?: number }[];
        };
        const units = [ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
        consumed.set(commandName, (consumed.get(commandName) ?? 0) + units);
        return result;
      },
    { step: 'initialize' },
  );
  return { client, counts, consumed };
}

/** An item of exactly so many bytes: names of 7, 2 and 1, a key of 32, a sort key of 3. */
function itemOf(bytes: number, traceId: string, sk = 'f#1') {
  return {
    traceId: { S: traceId.padStart(32, '0') },
    sk: { S: sk },
    p: { B: new Uint8Array(bytes - 7 - 2 - 1 - 32 - 3) },
  };
}

async function put(client: DynamoDBClient, items: readonly ReturnType<typeof itemOf>[]) {
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }));
}

describe('the units of DynamoDB', () => {
  it('are a write unit for each started KB of each item', async () => {
    const { client, counts, consumed } = countedClient();
    await put(client, [itemOf(1024, 'a'), itemOf(1025, 'b'), itemOf(2048, 'c'), itemOf(3000, 'd')]);
    // By hand: 1 + 2 + 2 + 3.
    expect(counts.of('BatchWriteItem')).toMatchObject({ calls: 1, items: 4, bytes: 7097, writeUnits: 8 });
    expect(consumed.get('BatchWriteItemCommand')).toBe(8);
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
    await client.send(new QueryCommand(query));
    expect(counts.of('Query')).toMatchObject({ calls: 1, items: sizes.length, readUnits: units });
    expect(consumed.get('QueryCommand')).toBe(units);
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
    expect(counts.of('BatchGetItem')).toMatchObject({ calls: 2, readUnits: consumed.get('BatchGetItemCommand') });
    // By hand: one for each key, two for a list of 5 KB.
    expect(counts.of('BatchGetItem').readUnits).toBe(3 + 2);
    expect(counts.of('BatchWriteItem')).toMatchObject({ items: 60, writeUnits: consumed.get('BatchWriteItemCommand') });
    expect(counts.of('Query')).toMatchObject({ calls: 12, readUnits: consumed.get('QueryCommand') });
    expect(counts.of('PutItem')).toMatchObject({ items: 13, writeUnits: consumed.get('PutItemCommand') });
    expect(counts.of('PutItem').writeUnits).toBeGreaterThan(12);
  });

  it('of a call whose price nobody wrote down are an error, not nothing', async () => {
    const { client } = countedClient();
    await expect(client.send(new ScanCommand({ TableName: tableName }))).rejects.toThrow(
      'no price for ScanCommand: add it to COUNTERS',
    );
  });
});

/** Clients that answer themselves: how a call counts does not depend on its answer. */
function answering<Client extends { middlewareStack: unknown }>(client: Client): CallCounts {
  const counts = new CallCounts();
  countCalls(client as never, counts);
  const stack = client.middlewareStack as { add(middleware: () => () => Promise<unknown>, options: object): void };
  stack.add(() => async () => ({ output: { $metadata: {} }, response: {} }), { step: 'initialize', priority: 'low' });
  return counts;
}

describe('the requests of SQS', () => {
  it.each([
    { bodies: [10], requests: 1 },
    { bodies: Array.from({ length: 10 }, () => 6553), requests: 1 },
    { bodies: [65_536], requests: 1 },
    { bodies: [65_536, 1], requests: 2 },
    { bodies: [250_000], requests: 4 },
  ])('are $requests for messages of $bodies bytes in one call', async ({ bodies, requests }) => {
    const client = createSqsClient(engineClientOptions('http://127.0.0.1:9'));
    const counts = answering(client);
    const Entries = bodies.map((length, index) => ({ Id: `${index}`, MessageBody: 'x'.repeat(length) }));
    await client.send(new SendMessageBatchCommand({ QueueUrl: 'http://127.0.0.1:9/q', Entries }));
    expect(counts.of('SendMessageBatch')).toMatchObject({ calls: 1, items: bodies.length, requests });
  });
});

describe('the requests of S3', () => {
  it('are counted by the first folder of the key', async () => {
    const client = createS3Client(engineClientOptions('http://127.0.0.1:9'));
    const counts = answering(client);
    for (const Key of ['traces/dt=1/a', 'spill/b', 'traces/dt=1/c']) {
      await client.send(new PutObjectCommand({ Bucket: 'archive', Key, Body: new Uint8Array(100) }));
    }
    expect(counts.of('PutObject traces')).toMatchObject({ calls: 2, bytes: 200 });
    expect(counts.of('PutObject spill')).toMatchObject({ calls: 1, bytes: 100 });
  });
});
