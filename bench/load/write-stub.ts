// `node bench/load/write-stub.ts`: as much of DynamoDB and SQS as ingest calls, in a process of its own, which answers at once: what it
// costs is not the client's. Prints its port. `GET /written/<table>` tells what was written, as a hash.
import { createHash, hash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';

interface Item {
  readonly traceId: { readonly S: string };
  readonly sk: { readonly S: string };
  readonly n: { readonly N: string };
}

interface Calls {
  readonly BatchWriteItem: { readonly RequestItems: Record<string, readonly { PutRequest: { Item: Item } }[]> };
  readonly SendMessageBatch: { readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[] };
}

/** By table: the keys of its fragments, which have a hash of the payload in them, with their numbers of spans. */
const written = new Map<string, Set<string>>();

const server = createServer(async (request, response) => {
  const [, kind, table = ''] = (request.url ?? '').split('/');
  if (kind === 'written') {
    const keys = [...(written.get(table) ?? [])].sort();
    response.end(createHash('sha256').update(keys.join('\n')).digest('hex'));
    return;
  }
  const operation = String(request.headers['x-amz-target']).split('.')[1];
  const input: unknown = JSON.parse((await buffer(request)).toString());
  const answer = JSON.stringify(
    operation === 'BatchWriteItem' ? write(input as Calls['BatchWriteItem']) : send(input as Calls['SendMessageBatch']),
  );
  response.writeHead(200, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(answer),
    'x-amz-crc32': crc32(answer),
  });
  response.end(answer);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());

function write({ RequestItems }: Calls['BatchWriteItem']): object {
  for (const [table, requests] of Object.entries(RequestItems)) {
    const keys = written.get(table) ?? new Set();
    written.set(table, keys);
    for (const { PutRequest } of requests) {
      const { traceId, sk, n } = PutRequest.Item;
      keys.add(`${traceId.S} ${sk.S} ${n.N}`);
    }
  }
  const ConsumedCapacity = Object.keys(RequestItems).map((TableName) => ({ TableName, CapacityUnits: 1 }));
  return { UnprocessedItems: {}, ConsumedCapacity };
}

function send({ Entries }: Calls['SendMessageBatch']): object {
  const MessageId = 'cf7e1a9e-0b5b-4f3e-8a3d-1c9a5f1c7d55';
  const Successful = Entries.map(({ Id, MessageBody }) => ({
    Id,
    MessageId,
    MD5OfMessageBody: hash('md5', MessageBody),
  }));
  return { Successful, Failed: [] };
}
