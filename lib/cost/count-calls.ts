import type {
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  BatchWriteItemCommandInput,
  DynamoDBClient,
  PutItemCommandInput,
  QueryCommandInput,
  QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { GetObjectCommandOutput, PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import type { SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { type Item, itemBytes, writeUnits } from '../aws/dynamodb/schema.ts';

/** Sums over the calls of one operation, in the units that AWS bills. */
export interface CallCount {
  calls: number;
  /** Billed requests: SQS bills each started 64 KB of a payload as one; all other calls are one request each. */
  requests: number;
  /** Items, messages or objects in the calls. */
  items: number;
  /** Bytes of items and objects, as the service counts their size. */
  bytes: number;
  writeUnits: number;
  readUnits: number;
}

/** Counts by operation, or by operation and part of the bucket: `PutObject traces`. */
export class CallCounts {
  readonly #counts = new Map<string, CallCount>();

  add(operation: string, count: Partial<Omit<CallCount, 'calls'>>): void {
    const sum = this.of(operation);
    sum.calls += 1;
    sum.requests += count.requests ?? 1;
    sum.items += count.items ?? 0;
    sum.bytes += count.bytes ?? 0;
    sum.writeUnits += count.writeUnits ?? 0;
    sum.readUnits += count.readUnits ?? 0;
    this.#counts.set(operation, sum);
  }

  of(operation: string): CallCount {
    return this.#counts.get(operation) ?? { calls: 0, requests: 0, items: 0, bytes: 0, writeUnits: 0, readUnits: 0 };
  }

  get operations(): readonly string[] {
    return [...this.#counts.keys()];
  }
}

const READ_UNIT_BYTES = 4096;
const SQS_REQUEST_BYTES = 64 * 1024;

/** Adds one call to the counts. `output` is undefined if the call failed. */
type Counter = (counts: CallCounts, input: never, output: never) => void;

/**
 * What AWS bills for each operation that the pipeline calls. An operation that is not in this table is an error,
 * because the bill would lack it.
 */
const COUNTERS: Readonly<Record<string, Counter>> = {
  BatchWriteItemCommand: (counts, { RequestItems }: BatchWriteItemCommandInput) => {
    const items = Object.values(RequestItems ?? {}).flatMap((requests) =>
      requests.map(({ PutRequest }) => PutRequest?.Item ?? {}),
    );
    countWrite(counts, 'BatchWriteItem', items);
  },
  // AWS charges the same for a write whose condition fails.
  PutItemCommand: (counts, { Item }: PutItemCommandInput) => countWrite(counts, 'PutItem', [Item ?? {}]),
  QueryCommand: (counts, { ConsistentRead }: QueryCommandInput, output: QueryCommandOutput | undefined) => {
    const items = output?.Items ?? [];
    const bytes = items.reduce((sum, item) => sum + itemBytes(item), 0);
    const units = Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES));
    counts.add('Query', { items: items.length, bytes, readUnits: ConsistentRead === true ? units : units / 2 });
  },
  // Each key is billed on its own, also where there is no item.
  BatchGetItemCommand: (
    counts,
    { RequestItems }: BatchGetItemCommandInput,
    output: BatchGetItemCommandOutput | undefined,
  ) => {
    const asked = Object.values(RequestItems ?? {});
    const keyCount = asked.reduce((sum, { Keys = [] }) => sum + Keys.length, 0);
    const sizes = Object.values(output?.Responses ?? {}).flatMap((items) => items.map(itemBytes));
    const missing = keyCount - sizes.length;
    const units = missing + sizes.reduce((sum, size) => sum + Math.ceil(size / READ_UNIT_BYTES), 0);
    counts.add('BatchGetItem', {
      items: sizes.length,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      readUnits: asked.every(({ ConsistentRead }) => ConsistentRead === true) ? units : units / 2,
    });
  },
  SendMessageBatchCommand: (counts, { Entries = [] }: SendMessageBatchCommandInput) => {
    const bytes = Entries.reduce((sum, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0);
    counts.add('SendMessageBatch', {
      requests: Math.max(1, Math.ceil(bytes / SQS_REQUEST_BYTES)),
      items: Entries.length,
      bytes,
    });
  },
  PutObjectCommand: (counts, { Key = '', Body }: PutObjectCommandInput) => {
    if (!(Body instanceof Uint8Array))
      throw new Error(`cannot count PutObject of ${Key}: its body must be a Uint8Array`);
    counts.add(`PutObject ${Key.split('/')[0]}`, { items: 1, bytes: Body.length });
  },
  GetObjectCommand: (counts, _input, output: GetObjectCommandOutput | undefined) => {
    counts.add('GetObject', { items: 1, bytes: output?.ContentLength ?? 0 });
  },
  HeadObjectCommand: (counts) => counts.add('HeadObject', {}),
};

function countWrite(counts: CallCounts, operation: string, items: readonly Item[]): void {
  const sizes = items.map(itemBytes);
  counts.add(operation, {
    items: items.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    writeUnits: sizes.reduce((sum, size) => sum + writeUnits(size), 0),
  });
}

/** Counts every call of `client` from now on. */
export function countCalls(client: DynamoDBClient | SQSClient | S3Client, counts: CallCounts): void {
  const stack = client.middlewareStack as unknown as CommandStack;
  stack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const count = COUNTERS[commandName] as
          | ((counts: CallCounts, input: object, output?: object) => void)
          | undefined;
        if (count === undefined) throw new Error(`no price for ${commandName}: add it to COUNTERS`);
        try {
          const result = await next(args);
          count(counts, args.input, result.output);
          return result;
        } catch (error) {
          count(counts, args.input);
          throw error;
        }
      },
    { step: 'initialize', name: 'countCalls' },
  );
}

/** The part of the SDK's middleware stack that is the same for all clients. */
interface CommandStack {
  add(middleware: CommandMiddleware, options: { readonly step: 'initialize'; readonly name: string }): void;
}
type Next = (args: { readonly input: object }) => Promise<{ readonly output: object }>;
type CommandMiddleware = (next: Next, context: { readonly commandName?: string }) => Next;
