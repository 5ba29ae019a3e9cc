// `node bench/load/service-stub.ts [CERTIFICATE KEY]`: as much of DynamoDB, SQS and S3 as both handlers call, in memory, in a process of its own, which
// answers at once: what it costs is not the client's. It checks no signature and no condition, and answers over
// TLS with a certificate. Prints its port.
// `GET /written/<table>` tells what was written, as a hash; `GET /messages/<queue>` the bodies that were sent.
import { createHash, hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';

/** Values as they come: in JSON, bytes in base64. */
interface Item {
  readonly traceId: { readonly S: string };
  readonly sk: { readonly S: string };
  readonly n?: { readonly N: string };
}

/** By table, trace and sort key. */
const tables = new Map<string, Map<string, Map<string, Item>>>();
const queues = new Map<string, string[]>();

interface Inputs {
  readonly BatchWriteItem: { readonly RequestItems: Record<string, readonly { PutRequest: { Item: Item } }[]> };
  readonly PutItem: { readonly TableName: string; readonly Item: Item };
  readonly Query: { readonly TableName: string; readonly ExpressionAttributeValues: Record<string, { S?: string }> };
  readonly BatchGetItem: { readonly RequestItems: Record<string, { readonly Keys: readonly Item[] }> };
  readonly SendMessageBatch: {
    readonly QueueUrl: string;
    readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[];
  };
}

const OPERATIONS: { readonly [Name in keyof Inputs]: (input: Inputs[Name]) => object } = {
  BatchWriteItem({ RequestItems }) {
    for (const [table, requests] of Object.entries(RequestItems)) {
      for (const { PutRequest } of requests) put(table, PutRequest.Item);
    }
    return { UnprocessedItems: {}, ConsumedCapacity: capacityOf(RequestItems) };
  },
  PutItem({ TableName, Item }) {
    put(TableName, Item);
    return { ConsumedCapacity: { TableName, CapacityUnits: 1 } };
  },
  Query({ TableName, ExpressionAttributeValues }) {
    const traceIds = Object.values(ExpressionAttributeValues).map(({ S = '' }) => S);
    const Items = traceIds.flatMap((id) => [...(tables.get(TableName)?.get(id)?.values() ?? [])]);
    const counts = { Count: Items.length, ScannedCount: Items.length };
    return { Items, ...counts, ConsumedCapacity: { TableName, CapacityUnits: 1 } };
  },
  BatchGetItem({ RequestItems }) {
    const Responses = Object.entries(RequestItems).map(([table, { Keys }]) => [
      table,
      Keys.flatMap(({ traceId, sk }) => tables.get(table)?.get(traceId.S)?.get(sk.S) ?? []),
    ]);
    const rest = { UnprocessedKeys: {}, ConsumedCapacity: capacityOf(RequestItems) };
    return { Responses: Object.fromEntries(Responses), ...rest };
  },
  SendMessageBatch({ QueueUrl, Entries }) {
    const name = QueueUrl.split('/').at(-1) ?? '';
    const bodies = queues.get(name) ?? [];
    queues.set(name, bodies);
    const MessageId = 'cf7e1a9e-0b5b-4f3e-8a3d-1c9a5f1c7d55';
    const Successful = Entries.map(({ Id, MessageBody }) => {
      bodies.push(MessageBody);
      return { Id, MessageId, MD5OfMessageBody: hash('md5', MessageBody) };
    });
    return { Successful, Failed: [] };
  },
};

const answer: RequestListener = async (request, response) => {
  const body = await buffer(request);
  const target = request.headers['x-amz-target'];
  const [, kind, name = ''] = (request.url ?? '').split('/');
  if (typeof target !== 'string') {
    if (kind === 'written') response.end(digestOf(name));
    else response.end(kind === 'messages' ? JSON.stringify(queues.get(name) ?? []) : '');
    return;
  }
  const operation = OPERATIONS[target.split('.')[1] as keyof Inputs] as ((input: unknown) => object) | undefined;
  if (operation === undefined) throw new Error(`the stub has no ${target}`);
  const text = JSON.stringify(operation(JSON.parse(body.toString())));
  response.writeHead(200, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
    'x-amz-crc32': crc32(text),
  });
  response.end(text);
};

const [, , certificate, privateKey] = process.argv;
const server =
  certificate !== undefined && privateKey !== undefined
    ? createTlsServer({ cert: readFileSync(certificate), key: readFileSync(privateKey) }, answer)
    : createServer(answer);
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());

function put(table: string, item: Item): void {
  const traces = tables.get(table) ?? new Map<string, Map<string, Item>>();
  tables.set(table, traces);
  const items = traces.get(item.traceId.S) ?? new Map<string, Item>();
  traces.set(item.traceId.S, items);
  items.set(item.sk.S, item);
}

function capacityOf(requestItems: object): object[] {
  return Object.keys(requestItems).map((TableName) => ({ TableName, CapacityUnits: 1 }));
}

/** Of the keys, which have a hash of the payload in them, with the numbers of spans: times differ from run to run. */
function digestOf(table: string): string {
  const items = [...(tables.get(table)?.values() ?? [])].flatMap((trace) => [...trace.values()]);
  const keys = items.map(({ traceId, sk, n }) => `${traceId.S} ${sk.S} ${n?.N}`).sort();
  return createHash('sha256').update(keys.join('\n')).digest('hex');
}
