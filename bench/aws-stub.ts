/**
 * `node bench/aws-stub.ts <certificate> <key>`: enough of DynamoDB, SQS and S3 to run both handlers, in memory, in a process of its own, so that its CPU
 * time is not the client's. It checks no signature and evaluates no condition. Prints its port. `GET /messages/<queue>` gives the
 * bodies that were sent to a queue, `GET /objects/<bucket>` the number of objects.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import type { Item } from '../lib/aws/dynamodb/schema.ts';

/** Items in base64 as they came, by table, partition and sort key. */
const tables = new Map<string, Map<string, Map<string, Item>>>();
const queues = new Map<string, string[]>();
const objects = new Set<string>();

const [, , certificate = '', privateKey = ''] = process.argv;
const tls = { cert: readFileSync(certificate), key: readFileSync(privateKey) };
const server = createServer(tls, async (request, response) => {
  const body = await buffer(request);
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const answer = JSON.stringify(answerTo(target.split('.')[1] ?? '', JSON.parse(body.toString())));
    response.writeHead(200, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': Buffer.byteLength(answer),
      'x-amz-crc32': crc32(answer),
      'x-amzn-requestid': 'A5VL7SOM3VK4TUVJO9L2TCIGQVVV4KQNSO5AEMVJF66Q9ASUAAJG',
    });
    response.end(answer);
    return;
  }
  const [, kind, name = ''] = (request.url ?? '').split('/');
  if (request.method === 'PUT') {
    objects.add(request.url ?? '');
    response.end();
  } else if (kind === 'messages') response.end(JSON.stringify(queues.get(name) ?? []));
  else if (kind === 'objects') response.end(String([...objects].filter((url) => url.startsWith(`/${name}/`)).length));
  else response.writeHead(404).end();
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());

// biome-ignore lint/suspicious/noExplicitAny: requests as they come, of several operations
function answerTo(operation: string, input: any): object {
  const ConsumedCapacity = { TableName: input.TableName, CapacityUnits: 1 };
  switch (operation) {
    case 'BatchWriteItem': {
      for (const [table, requests] of Object.entries<{ PutRequest: { Item: Item } }[]>(input.RequestItems)) {
        for (const { PutRequest } of requests) put(table, PutRequest.Item);
      }
      return { UnprocessedItems: {}, ConsumedCapacity: [ConsumedCapacity] };
    }
    case 'PutItem':
      put(input.TableName, input.Item);
      return { ConsumedCapacity };
    case 'Query': {
      const [key] = Object.values<{ S: string }>(input.ExpressionAttributeValues);
      const items = [
        ...(tables
          .get(input.TableName)
          ?.get(key?.S ?? '')
          ?.values() ?? []),
      ];
      return { Items: items, Count: items.length, ScannedCount: items.length, ConsumedCapacity };
    }
    case 'BatchGetItem': {
      const responses = Object.entries<{ Keys: Item[] }>(input.RequestItems).map(([table, { Keys }]) => [
        table,
        Keys.map(({ traceId, sk }) =>
          tables
            .get(table)
            ?.get(traceId?.S ?? '')
            ?.get(sk?.S ?? ''),
        ),
      ]);
      return {
        Responses: Object.fromEntries(responses),
        UnprocessedKeys: {},
        ConsumedCapacity: [ConsumedCapacity],
      };
    }
    case 'SendMessageBatch': {
      const name = String(input.QueueUrl).split('/').at(-1) ?? '';
      const bodies = queues.get(name) ?? [];
      queues.set(name, bodies);
      return {
        Successful: input.Entries.map(({ Id, MessageBody }: { Id: string; MessageBody: string }) => {
          bodies.push(MessageBody);
          return { Id, MessageId: 'cf7e1a9e-0b5b-4f3e-8a3d-1c9a5f1c7d55', MD5OfMessageBody: md5(MessageBody) };
        }),
        Failed: [],
      };
    }
    default:
      throw new Error(`the stub has no ${operation}`);
  }
}

function put(table: string, item: Item): void {
  const partitions = tables.get(table) ?? new Map<string, Map<string, Item>>();
  tables.set(table, partitions);
  const key = item['traceId']?.S ?? '';
  const items = partitions.get(key) ?? new Map<string, Item>();
  partitions.set(key, items);
  items.set(item['sk']?.S ?? '', item);
}

function md5(text: string): string {
  return hash('md5', text);
}
