import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbClient } from '../../../lib/aws/clients.ts';
import { ManualClock } from '../manual-clock.ts';
import { startDynamo } from './dynamo.ts';
import { type Engine, engineClientOptions } from './engine.ts';
import { provisionTable } from './provision.ts';
import { startTtlSweeper, sweepExpired } from './ttl-sweeper.ts';

const TableName = 'buffer';
let engine: Engine;
let client: DynamoDBClient;

beforeAll(async () => {
  engine = await startDynamo({ sweepPeriodMs: 0 });
  client = createDynamoDbClient(engineClientOptions(engine.url));
  await provisionTable(client, TableName);
});

afterAll(() => engine.stop());

describe('startDynamo', () => {
  it('listens on loopback only', () => {
    expect(engine.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('outlives a client that goes away in the middle of a request', async () => {
    const socket = connect(Number(new URL(engine.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const head = [
      'POST / HTTP/1.1',
      'Host: x',
      'X-Amz-Target: DynamoDB_20120810.ListTables',
      'Content-Length: 100000',
      '',
      '{',
    ];
    await new Promise((resolve) => socket.write(head.join('\r\n'), resolve));
    socket.resetAndDestroy();
    // Were the engine to throw, the process and with it this test would end here.
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual([TableName]);
  });

  it.each(['', 'hello', '{', 'null', '[]', '7', '{"TableName":7}', '{"TableName":{}}', '{"Key":[]}'])(
    'answers 400 to the body %j, whatever the operation',
    async (body) => {
      for (const operation of [
        'Query',
        'PutItem',
        'BatchWriteItem',
        'UpdateTimeToLive',
        'DescribeTimeToLive',
        'Nonsense',
      ]) {
        expect((await post(operation, body)).status).toBe(400);
      }
    },
  );

  it('answers 413 over 16 MB, and goes on', async () => {
    const body = JSON.stringify({ TableName, Item: { traceId: { S: 'x'.repeat(16 * 1024 * 1024) } } });
    expect((await post('PutItem', body)).status).toBe(413);
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual([TableName]);
  });

  it('keeps its tables in the folder, and can be started there again', async () => {
    const path = mkdtempSync(join(tmpdir(), 'tailgate-dynamo-'));
    try {
      for (const round of [1, 2]) {
        const onDisk = await startDynamo({ path, sweepPeriodMs: 0 });
        const diskClient = createDynamoDbClient(engineClientOptions(onDisk.url));
        await provisionTable(diskClient, TableName);
        const found = await diskClient.send(new GetItemCommand({ TableName, Key: keyOf('kept') }));
        expect(found.Item).toEqual(round === 1 ? undefined : keyOf('kept'));
        await diskClient.send(new PutItemCommand({ TableName, Item: keyOf('kept') }));
        await onDisk.stop();
      }
    } finally {
      rmSync(path, { recursive: true });
    }
  });
});

describe('time to live', () => {
  it('is set by provisioning, any number of times', async () => {
    await provisionTable(client, TableName);
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
  });

  it('can be switched off and on', async () => {
    for (const Enabled of [false, true]) {
      const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled };
      await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
      const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
      expect(TimeToLiveDescription?.TimeToLiveStatus).toBe(Enabled ? 'ENABLED' : 'DISABLED');
    }
  });

  it('deletes items whose time is over, and no others', async () => {
    const clock = new ManualClock();
    const now = Math.floor(clock.now() / 1000);
    const items = {
      expired: { expiresAt: { N: String(now - 1) } },
      alive: { expiresAt: { N: String(now + 1) } },
      unlimited: {},
      odd: { expiresAt: { S: '1' } },
    };
    for (const [name, attributes] of Object.entries(items)) {
      await client.send(new PutItemCommand({ TableName, Item: { ...keyOf(name), ...attributes } }));
    }
    expect(await sweepExpired(client, clock)).toBe(1);
    const left = Object.keys(items).map(async (name) => {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(name) }));
      return Item === undefined ? [] : [name];
    });
    expect((await Promise.all(left)).flat()).toEqual(['alive', 'unlimited', 'odd']);
  });

  it('goes on after a sweep that failed', async () => {
    const clock = new ManualClock();
    await client.send(new PutItemCommand({ TableName, Item: { ...keyOf('old'), expiresAt: { N: '1' } } }));
    let sweeps = 0;
    const unsteady = { ...clock, now: () => (++sweeps === 1 ? Number.NaN : clock.now()) };
    const sweeper = startTtlSweeper(client, unsteady, 1);
    await expect
      .poll(async () => (await client.send(new GetItemCommand({ TableName, Key: keyOf('old') }))).Item)
      .toBeUndefined();
    await sweeper.stop();
    expect(sweeps).toBeGreaterThan(1);
  });
});

function keyOf(name: string) {
  return { traceId: { S: name }, sk: { S: 'd' } };
}

function post(operation: string, body: string): Promise<Response> {
  return fetch(engine.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20261121T120000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=a/20261121/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=x',
    },
    body,
  });
}
