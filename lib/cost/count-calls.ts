import type {
  BatchGetItemInput,
  BatchGetItemOutput,
  BatchWriteItemInput,
  PutItemInput,
  QueryInput,
  QueryOutput,
} from '@aws-sdk/client-dynamodb';
import type { GetObjectCommandOutput, PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import type { SendMessageBatchRequest } from '@aws-sdk/client-sqs';
import type { Operation, ServiceCalls } from '../aws/calls/service-calls.ts';
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
  BatchWriteItem: (counts, { RequestItems }: BatchWriteItemInput) => {
    const items = Object.values(RequestItems ?? {}).flatMap((requests) =>
      requests.map(({ PutRequest }) => PutRequest?.Item ?? {}),
    );
    countWrite(counts, 'BatchWriteItem', items);
  },
  // AWS charges the same for a write whose condition fails.
  PutItem: (counts, { Item }: PutItemInput) => countWrite(counts, 'PutItem', [Item ?? {}]),
  Query: (counts, { ConsistentRead }: QueryInput, output: QueryOutput | undefined) => {
    const items = output?.Items ?? [];
    const bytes = items.reduce((sum, item) => sum + itemBytes(item), 0);
    const units = Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES));
    counts.add('Query', { items: items.length, bytes, readUnits: ConsistentRead === true ? units : units / 2 });
  },
  // Each key is billed on its own, also where there is no item.
  BatchGetItem: (counts, { RequestItems }: BatchGetItemInput, output: BatchGetItemOutput | undefined) => {
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
  SendMessageBatch: (counts, { Entries = [] }: SendMessageBatchRequest) => {
    const bytes = Entries.reduce((sum, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0);
    counts.add('SendMessageBatch', {
      requests: Math.max(1, Math.ceil(bytes / SQS_REQUEST_BYTES)),
      items: Entries.length,
      bytes,
    });
  },
  PutObject: (counts, { Key = '', Body }: PutObjectCommandInput) => {
    if (!(Body instanceof Uint8Array))
      throw new Error(`cannot count PutObject of ${Key}: its body must be a Uint8Array`);
    counts.add(`PutObject ${Key.split('/')[0]}`, { items: 1, bytes: Body.length });
  },
  GetObject: (counts, _input, output: GetObjectCommandOutput | undefined) => {
    counts.add('GetObject', { items: 1, bytes: output?.ContentLength ?? 0 });
  },
  HeadObject: (counts) => counts.add('HeadObject', {}),
};

function countWrite(counts: CallCounts, operation: string, items: readonly Item[]): void {
  const sizes = items.map(itemBytes);
  counts.add(operation, {
    items: items.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    writeUnits: sizes.reduce((sum, size) => sum + writeUnits(size), 0),
  });
}

/** The same calls, each of them counted. */
export function countCalls<Offered extends Readonly<Record<keyof Offered, Operation>>>(
  calls: ServiceCalls<Offered>,
  counts: CallCounts,
): ServiceCalls<Offered> {
  return { call: (operation, input) => counted(operation, input, () => calls.call(operation, input), counts) };
}

/** Counts every call of `client` from now on. */
export function countSdkCalls(client: S3Client, counts: CallCounts): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const operation = commandName.replace(/Command$/, '');
        let result: Awaited<ReturnType<typeof next>> | undefined;
        const call = async () => {
          result = await next(args);
          return result.output;
        };
        const output = await counted(operation, args.input, call, counts);
        return { response: undefined, ...result, output };
      },
    { step: 'initialize', name: 'countCalls' },
  );
}

async function counted<Answer extends object>(
  operation: string,
  input: object,
  call: () => Promise<Answer>,
  counts: CallCounts,
): Promise<Answer> {
  const count = COUNTERS[operation] as ((counts: CallCounts, input: object, output?: object) => void) | undefined;
  if (count === undefined) throw new Error(`no price for ${operation}: add it to COUNTERS`);
  try {
    const answer = await call();
    count(counts, input, answer);
    return answer;
  } catch (error) {
    count(counts, input);
    throw error;
  }
}
