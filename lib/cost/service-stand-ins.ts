import type { BatchWriteItemInput, PutItemInput, QueryInput } from '@aws-sdk/client-dynamodb';
import type {
  GetObjectCommandInput,
  HeadObjectCommandInput,
  PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import type { SendMessageBatchRequest } from '@aws-sdk/client-sqs';
import { type Item, itemBytes, PARTITION_KEY, SORT_KEY, text } from '../aws/dynamodb/schema.ts';
import type { TableCalls } from '../aws/dynamodb/table-calls.ts';
import type { QueueCalls } from '../aws/sqs/queue-calls.ts';

/** DynamoDB ends a page of a Query here. */
const PAGE_BYTES = 1024 * 1024;

/**
 * A table, a queue and a bucket in memory, as far as the pipeline calls them with a sample. Nothing is serialized or sent: the
 * calls of the SDK's client of S3 are answered in its first middleware.
 *
 * The sample is decided by one process at a time. Therefore every condition of a write holds, and none is evaluated.
 */
export class ServiceStandIns {
  readonly #partitions = new Map<string, Map<string, Item>>();
  readonly #objects = new Map<string, PutObjectCommandInput>();
  /** The bodies of the messages that were sent, in their order. */
  readonly messages: string[] = [];

  /** What is answered to each operation. A call of any other one is an error, because its count would be wrong. */
  readonly #answers: Readonly<Record<string, (input: never) => object>> = {
    BatchWriteItem: ({ RequestItems = {} }: BatchWriteItemInput) => {
      for (const { PutRequest } of Object.values(RequestItems).flat()) this.#put(PutRequest?.Item ?? {});
      return {};
    },
    PutItem: ({ Item = {} }: PutItemInput) => {
      this.#put(Item);
      return {};
    },
    Query: ({ ExpressionAttributeValues = {} }: QueryInput) => {
      const partition = this.#partitions.get(text(ExpressionAttributeValues, ':traceId')) ?? new Map<string, Item>();
      const Items = [...partition].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, item]) => item);
      if (Items.reduce((sum, item) => sum + itemBytes(item), 0) > PAGE_BYTES) {
        throw new Error(
          'a trace of the sample takes more than one page of a Query, which is not counted: use fewer spans',
        );
      }
      return { Items };
    },
    SendMessageBatch: ({ Entries = [] }: SendMessageBatchRequest) => {
      this.messages.push(...Entries.map(({ MessageBody = '' }) => MessageBody));
      return {};
    },
    PutObject: (input: PutObjectCommandInput) => {
      this.#objects.set(input.Key ?? '', input);
      return {};
    },
    GetObject: ({ Key = '' }: GetObjectCommandInput) => {
      const bytes = this.#bytes(Key);
      return { ContentLength: bytes.length, Body: { transformToByteArray: async () => bytes } };
    },
    HeadObject: ({ Key = '' }: HeadObjectCommandInput) => ({
      ContentLength: this.#bytes(Key).length,
      Metadata: this.#objects.get(Key)?.Metadata ?? {},
    }),
  };

  readonly table: TableCalls = { call: async (operation, input) => this.#answer(operation, input) };
  readonly queue: QueueCalls = { call: async (operation, input) => this.#answer(operation, input) as never };

  /** Answers every call of the client from now on. Middleware that was added before or is added later sees the calls first. */
  answer(client: S3Client): void {
    const stack = client.middlewareStack as unknown as CommandStack;
    stack.add(
      (_next, { commandName = '' }) =>
        async ({ input }) => {
          const answer = this.#answer(commandName.replace(/Command$/, ''), input);
          return { output: { $metadata: {}, ...answer }, response: {} };
        },
      { step: 'initialize', priority: 'low', name: 'answerFromMemory' },
    );
  }

  #answer(operation: string, input: object): object {
    const answer = this.#answers[operation] as ((input: object) => object) | undefined;
    if (answer === undefined) throw new Error(`no stand-in for ${operation}: add it to ServiceStandIns`);
    return answer(input);
  }

  #put(item: Item): void {
    const key = text(item, PARTITION_KEY);
    const partition = this.#partitions.get(key) ?? new Map<string, Item>();
    this.#partitions.set(key, partition.set(text(item, SORT_KEY), item));
  }

  #bytes(key: string): Uint8Array {
    const body = this.#objects.get(key)?.Body;
    if (body instanceof Uint8Array) return body;
    throw Object.assign(new Error(`there is no object ${key}`), { $metadata: { httpStatusCode: 404 } });
  }
}

/** The part of the SDK's middleware stack that is the same for all clients. */
interface CommandStack {
  add(
    middleware: (
      next: unknown,
      context: { readonly commandName?: string },
    ) => (args: { readonly input: object }) => Promise<{ readonly output: object; readonly response: object }>,
    options: { readonly step: 'initialize'; readonly priority: 'low'; readonly name: string },
  ): void;
}
