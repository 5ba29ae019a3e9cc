import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoDbClient } from '../../../lib/aws/clients.ts';
import { SignedTableCalls, type TableCalls } from '../../../lib/aws/dynamodb/table-calls.ts';
import { meterCapacity } from '../../../lib/aws/meter-calls.ts';
import { type Engine, engineClientOptions } from '../../support/engines/engine.ts';
import { provisionTable } from '../../support/engines/provision.ts';
import { startTestDynamo } from '../../support/engines.ts';
import { RecordingMetrics } from '../../support/recording-metrics.ts';

const TableName = 'buffer';
const item = (sk: string, bytes: number) => ({ traceId: { S: 'a' }, sk: { S: sk }, p: { B: new Uint8Array(bytes) } });
const Key = { traceId: { S: 'a' }, sk: { S: '1' } };

let engine: Engine;
let client: TableCalls;
let metrics: RecordingMetrics;

beforeAll(async () => {
  engine = await startTestDynamo();
  await provisionTable(createDynamoDbClient(engineClientOptions(engine.url)), TableName);
});
afterAll(() => engine.stop());
beforeEach(() => {
  metrics = new RecordingMetrics();
  client = meterCapacity(new SignedTableCalls(engineClientOptions(engine.url)), metrics);
});

/** One write unit for each begun KB of an item, one strongly consistent read unit for each begun 4 KB of an answer. */
describe('meterCapacity', () => {
  it('counts the write units of puts, batches, updates and deletes', async () => {
    await client.call('PutItem', { TableName, Item: item('1', 2_500) });
    expect(metrics.totals).toEqual({ consumed_write_units: 3 });
    const batch = [item('2', 100), item('3', 1_500)].map((Item) => ({ PutRequest: { Item } }));
    await client.call('BatchWriteItem', { RequestItems: { [TableName]: batch } });
    expect(metrics.totals).toEqual({ consumed_write_units: 3 + 1 + 2 });
    const update = { UpdateExpression: 'SET q = :q', ExpressionAttributeValues: { ':q': { N: '1' } } };
    await client.call('UpdateItem', { TableName, Key: { traceId: { S: 'a' }, sk: { S: '2' } }, ...update });
    expect(metrics.totals).toEqual({ consumed_write_units: 3 + 1 + 2 + 1 });
    await client.call('DeleteItem', { TableName, Key });
    expect(metrics.totals).toEqual({ consumed_write_units: 3 + 1 + 2 + 1 + 3 });
  });

  it('counts the read units of queries, gets and batches', async () => {
    await client.call('PutItem', { TableName, Item: item('1', 5_000) });
    metrics.totals['consumed_write_units'] = 0;
    await client.call('GetItem', { TableName, Key, ConsistentRead: true });
    expect(metrics.totals).toMatchObject({ consumed_read_units: 2, consumed_write_units: 0 });
    const query = {
      KeyConditionExpression: 'traceId = :a AND sk = :sk',
      ExpressionAttributeValues: { ':a': { S: 'a' }, ':sk': { S: '1' } },
    };
    await client.call('Query', { TableName, ConsistentRead: true, ...query });
    expect(metrics.totals).toMatchObject({ consumed_read_units: 4, consumed_write_units: 0 });
    await client.call('BatchGetItem', { RequestItems: { [TableName]: { Keys: [Key], ConsistentRead: true } } });
    expect(metrics.totals).toMatchObject({ consumed_read_units: 6, consumed_write_units: 0 });
  });
});
