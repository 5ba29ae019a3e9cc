import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { TimeLeft } from '../../../functions/decide/decide-delivered.ts';
import type { DecideHandler } from '../../../functions/decide/handler.ts';
import { wireDecide } from '../../../functions/decide/handler.ts';
import type { IngestHandler } from '../../../functions/ingest/handler.ts';
import { wireIngest } from '../../../functions/ingest/handler.ts';
import { type Authorize, authorizeAll } from '../../../functions/ingest/keys.ts';
import type { ConfigSource } from '../../../functions/shared/live-config.ts';
import type { Log } from '../../../functions/shared/logger.ts';
import { type InvocationMetrics, NO_METRICS } from '../../../functions/shared/metrics.ts';
import { createServices, metered } from '../../../functions/shared/services.ts';
import { createDynamoDbClient, createSqsClient } from '../../../lib/aws/clients.ts';
import { SignedTableCalls } from '../../../lib/aws/dynamodb/table-calls.ts';
import { meterSdkClient } from '../../../lib/aws/meter-calls.ts';
import { createS3Client, S3ObjectStore } from '../../../lib/aws/s3/object-store.ts';
import { SignedQueueCalls } from '../../../lib/aws/sqs/queue-calls.ts';
import { SystemClock } from '../../../lib/aws/system.ts';
import type { ArchivedLine } from '../../pipeline/world.ts';
import { engineClientOptions } from '../../support/engines/engine.ts';
import { type Provisioned, provision } from '../../support/engines/provision.ts';
import { startQueueAndObjects } from '../../support/engines/queue-and-objects.ts';
import { startTestDynamo } from '../../support/engines.ts';
import { httpEvent } from './http-event.ts';

export interface HandlerOptions {
  readonly config: ConfigSource;
  readonly log: Log;
  readonly authorize?: Authorize;
  readonly metrics?: InvocationMetrics;
}

/** What handlers in processes of their own need to know. */
export interface EngineAddresses {
  readonly dynamoUrl: string;
  /** Of SQS and S3. */
  readonly otherUrl: string;
  readonly names: Provisioned;
}

export interface Handlers {
  readonly ingest: IngestHandler;
  readonly decide: DecideHandler;
}

/**
 * The handlers as they are deployed, or others, on embedded engines, with an event source that a test turns by hand.
 */
export async function deploy(options: HandlerOptions | ((engines: EngineAddresses) => Promise<Handlers>)) {
  const [dynamo, others] = await Promise.all([startTestDynamo(), startQueueAndObjects()]);
  const otherOptions = engineClientOptions(others.url);
  const dynamoClient = createDynamoDbClient(engineClientOptions(dynamo.url));
  const sqs = createSqsClient({ ...otherOptions, requestTimeoutMs: 30_000 });
  const s3 = createS3Client(otherOptions);
  const names = await provision({ dynamoClient, sqsClient: sqs, s3Client: s3 });
  const metrics = typeof options === 'function' ? NO_METRICS : (options.metrics ?? NO_METRICS);
  const dynamoDb = new SignedTableCalls(engineClientOptions(dynamo.url));
  const queue = new SignedQueueCalls(otherOptions);
  const store = new S3ObjectStore({
    client: meterSdkClient(s3, metrics),
    bucket: names.bucket,
    clock: new SystemClock(),
  });
  const services = createServices({ ...metered({ dynamoDb, sqs: queue }, metrics), store }, names);
  const { ingest, decide } =
    typeof options === 'function'
      ? await options({ dynamoUrl: dynamo.url, otherUrl: others.url, names })
      : {
          ingest: wireIngest({ services, authorize: authorizeAll, ...options }),
          decide: wireDecide({ services, ...options }),
        };

  const receive = async (waitSeconds: number): Promise<Message[]> => {
    const command = { QueueUrl: names.queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: waitSeconds };
    return (await sqs.send(new ReceiveMessageCommand(command))).Messages ?? [];
  };
  return {
    /** `sqs` is for other calls than those of the handlers; faults of the others are faults of the handlers' calls. */
    clients: { dynamoDb, s3, sqs },
    /** What the handlers are made of: for other handlers on the same engines. */
    parts: { dynamoDb, sqs: queue, store },
    dynamoUrl: dynamo.url,
    names,
    services,

    /** Sends an export request. Resolves to the HTTP status. */
    async send(request: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
      return (
        await ingest(httpEvent({ body: request, headers: { 'content-type': 'application/x-protobuf', ...headers } }))
      ).statusCode;
    },

    /** Waits for wake-ups, hands all that are there to decide in one batch, and deletes those that did not fail. */
    async decideNext(waitSeconds = 20, context?: TimeLeft): Promise<void> {
      const messages = await receive(waitSeconds);
      const { batchItemFailures } = await decide({ Records: messages.map(toRecord) }, context);
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const done = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
      if (done.length === 0) return;
      const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: names.queueUrl, Entries }));
    },

    /** What is kept so far. */
    async archive(): Promise<readonly { readonly key: string; readonly lines: readonly ArchivedLine[] }[]> {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: names.bucket, Prefix: 'traces/' }));
      return Promise.all(
        Contents.map(async ({ Key: key = '' }) => {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket: names.bucket, Key: key }));
          const text = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString();
          return { key, lines: text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])) };
        }),
      );
    },

    /** Keys of the spilled fragments. */
    async spilled(): Promise<readonly (string | undefined)[]> {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: names.bucket, Prefix: 'spill/' }));
      return Contents.map(({ Key }) => Key);
    },

    async stop(): Promise<void> {
      for (const client of [dynamoClient, dynamoDb, queue, sqs, s3]) client.destroy();
      await Promise.all([dynamo.stop(), others.stop()]);
    },
  };
}

export type Deployed = Awaited<ReturnType<typeof deploy>>;

function toRecord({ MessageId = '', ReceiptHandle = '', Body = '' }: Message): SQSRecord {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '', SenderId: '', ApproximateFirstReceiveTimestamp: '' },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: 'us-east-1',
  };
}
