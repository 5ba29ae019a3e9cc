/**
 * DynamoDB, SQS and S3 in this process, behind one port of HTTP, so that a function in another process has only its own memory. The
 * table evaluates the conditions of the pipeline and bills as AWS does; nothing checks a signature.
 */
import { hash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import type { SendMessageBatchRequest } from '@aws-sdk/client-sqs';
import { MemoryTable } from '../../test/memory/memory-table.ts';

export interface SentMessage {
  readonly body: string;
  readonly delaySeconds: number;
}

export interface Services {
  readonly url: string;
  readonly table: MemoryTable;
  /** What was sent to a queue and not taken out of it yet. */
  queue(name: 'wake-ups' | 'dead-letters'): SentMessage[];
  /** By key, as they were put. */
  readonly objects: Map<string, Buffer>;
  stop(): void;
}

export async function startServices(): Promise<Services> {
  const table = new MemoryTable();
  const objects = new Map<string, Buffer>();
  const queues = new Map<string, SentMessage[]>();
  const queue = (name: string) => {
    const messages = queues.get(name) ?? [];
    queues.set(name, messages);
    return messages;
  };

  const answerJson = async (operation: string, input: never): Promise<object> => {
    if (operation !== 'SendMessageBatch') return table.client.call(operation as 'Query', input);
    const { QueueUrl = '', Entries = [] }: SendMessageBatchRequest = input;
    const messages = queue(QueueUrl.split('/').at(-1) ?? '');
    const Successful = Entries.map(({ Id, MessageBody = '', DelaySeconds: delaySeconds = 0 }) => {
      messages.push({ body: MessageBody, delaySeconds });
      return { Id, MessageId: Id, MD5OfMessageBody: hash('md5', MessageBody) };
    });
    return { Successful, Failed: [] };
  };

  const answerObject = async (request: IncomingMessage): Promise<{ status: number; body?: Buffer }> => {
    const key = (request.url ?? '').split('?')[0] ?? '';
    const found = objects.get(key);
    if (request.method !== 'PUT') return found === undefined ? { status: 404 } : { status: 200, body: found };
    const bytes = await buffer(request);
    if (request.headers['if-none-match'] === '*' && found !== undefined) return { status: 412 };
    objects.set(key, bytes);
    return { status: 200 };
  };

  const server = createServer(async (request, response) => {
    const target = request.headers['x-amz-target'];
    if (typeof target !== 'string') {
      const { status, body = Buffer.alloc(0) } = await answerObject(request);
      response.writeHead(status, { 'content-length': body.length }).end(request.method === 'HEAD' ? undefined : body);
      return;
    }
    const input = JSON.parse((await buffer(request)).toString(), withBytes);
    try {
      const answer = JSON.stringify(await answerJson(target.split('.')[1] ?? '', input as never), withBase64);
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'x-amz-crc32': crc32(answer) });
      response.end(answer);
    } catch (error) {
      const { name, message } = error as Error;
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: `com.amazonaws#${name}`, message }));
    }
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    table,
    queue,
    objects,
    stop: () => server.close().closeAllConnections(),
  };
}

/** `B` of an attribute is base64 on the wire, and bytes in the table. */
function withBytes(key: string, value: unknown): unknown {
  return key === 'B' && typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : value;
}

function withBase64(key: string, value: unknown): unknown {
  return key === 'B' && value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
