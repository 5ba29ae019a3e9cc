import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  ListTablesCommand,
  QueryCommand,
  ScanCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDynamoDbClient } from '../../../lib/aws/clients.ts';
import { ManualClock } from '../manual-clock.ts';
import { countOpenIterators } from '../open-iterators.ts';
import { startDynamo } from './dynamo.ts';
import { type Engine, engineClientOptions } from './engine.ts';
import { sweepExpired } from './ttl-sweeper.ts';

const openIterators = countOpenIterators();
const folder = mkdtempSync(join(tmpdir(), 'tailgate-iterators-'));
const TableName = 'buffer';
const ROUNDS = 20;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

// An iterator that stays open pins the files and the memory of its moment: `tailgate start` grew by gigabytes in minutes.
describe.each([
  ['in memory', {}],
  ['on disk', { path: folder }],
])('startDynamo %s', (_, options) => {
  let engine: Engine;
  let client: DynamoDBClient;

  beforeAll(async () => {
    engine = await startDynamo({ ...options, sweepPeriodMs: 0 });
    client = createDynamoDbClient(engineClientOptions(engine.url));
    await createTable(TableName);
    // Items of 100 kB: a page of Query or Scan ends after ten of them, in the middle of its iterator.
    for (let batch = 0; batch < 3; batch++) {
      const requests = Array.from({ length: 5 }, (_item, index) => ({
        PutRequest: {
          Item: {
            pk: { S: 'trace' },
            sk: { S: `${batch}-${index}` },
            expiresAt: { N: '7' },
            payload: { B: new Uint8Array(100_000) },
          },
        },
      }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
    }
  });

  afterAll(() => engine.stop());

  async function createTable(name: string) {
    const table = {
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    } as const;
    await client.send(
      new CreateTableCommand({
        ...table,
        KeySchema: [...table.KeySchema],
        AttributeDefinitions: [...table.AttributeDefinitions],
      }),
    );
    await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.01, maxDelay: 1 }, { TableName: name });
  }

  const query = (limits: { readonly Limit?: number }, pk = 'trace') =>
    client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
        ...limits,
      }),
    );

  it.each<[string, () => Promise<unknown>]>([
    ['a Query that ends with a full page', () => query({})],
    ['a Query with a limit', () => query({ Limit: 1 })],
    ['a Query that finds nothing', () => query({}, 'other')],
    ['a Scan', () => client.send(new ScanCommand({ TableName, Limit: 2 }))],
    ['a Scan of a segment', () => client.send(new ScanCommand({ TableName, Segment: 1, TotalSegments: 4 }))],
    [
      'a Scan that is refused',
      () =>
        client
          .send(new ScanCommand({ TableName, ExclusiveStartKey: { pk: { S: 'trace' } } }))
          .catch((error: Error) => error),
    ],
    ['ListTables', () => client.send(new ListTablesCommand({ Limit: 1 }))],
    ['a caller that does not wait for the answer', () => query({}, 'gone').then(() => abortedQuery())],
  ])('%s leaves no iterator open', async (_what, call) => {
    const before = openIterators();
    for (let round = 0; round < ROUNDS; round++) await call();
    await vi.waitFor(() => expect(openIterators() - before).toBe(0));
  });

  it('the removal of a table leaves no iterator open', async () => {
    await createTable('removed');
    const before = openIterators();
    await client.send(new DeleteTableCommand({ TableName: 'removed' }));
    await vi.waitFor(() => expect(openIterators() - before).toBe(0));
  });

  async function abortedQuery(): Promise<void> {
    const aborting = new AbortController();
    const command = new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'trace' } },
    });
    const answer = client.send(command, { abortSignal: aborting.signal }).catch(() => undefined);
    setImmediate(() => aborting.abort());
    await answer;
  }

  it('a sweep of expired items leaves no iterator open', async () => {
    const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    const before = openIterators();
    expect(await sweepExpired(client, new ManualClock(8_000))).toBe(15);
    await vi.waitFor(() => expect(openIterators() - before).toBe(0));
  });
});
