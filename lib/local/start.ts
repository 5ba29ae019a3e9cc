import { join } from 'node:path';
import { createHandler as createDecideHandler } from '../../functions/decide/handler.ts';
import { createHandler as createIngestHandler } from '../../functions/ingest/handler.ts';
import { createKeyCheck, hashKey } from '../../functions/ingest/keys.ts';
import { DEFAULT_MAX_BODY_BYTES } from '../../functions/ingest/otlp-http.ts';
import type { Log } from '../../functions/shared/log.ts';
import { SystemClock } from '../adapters/clock.ts';
import { createDynamoDbClient } from '../adapters/dynamodb/client.ts';
import { DynamoDbSpanBuffer } from '../adapters/dynamodb/dynamodb-span-buffer.ts';
import { hashFragment } from '../adapters/fragment-hash.ts';
import { randomId } from '../adapters/random-id.ts';
import { createS3Client } from '../adapters/s3/client.ts';
import { S3SpillStore } from '../adapters/s3/s3-spill-store.ts';
import { S3TraceArchive } from '../adapters/s3/s3-trace-archive.ts';
import { createSqsClient } from '../adapters/sqs/client.ts';
import { SqsWakeUpQueue } from '../adapters/sqs/sqs-wake-up-queue.ts';
import type { Trace } from '../otlp/trace.ts';
import { createDecide, DEFAULT_DECIDE_SETTINGS, type DecideSettings } from '../pipeline/decide.ts';
import { ingest } from '../pipeline/ingest.ts';
import { decide } from '../sampling/decide.ts';
import type { SamplingConfig } from '../sampling/sampling-config.ts';
import { takeDataFolder } from './data-folder.ts';
import { startDecisionLoop } from './decision-loop.ts';
import { startDynamo } from './engines/dynamo.ts';
import { engineClientOptions } from './engines/engine.ts';
import { provision } from './engines/provision.ts';
import { startQueueAndObjects } from './engines/queue-and-objects.ts';
import { startHttpServer } from './http-server.ts';

export interface LocalOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly config: SamplingConfig;
  /** Ingest keys; with none, every request is accepted. */
  readonly keys: readonly string[];
  readonly log: Log;
  readonly decideSettings?: Partial<DecideSettings>;
  /** How long a wake-up that was received but not finished stays hidden. @default 30 s */
  readonly visibilityTimeoutSeconds?: number;
}

export interface RunningTailgate {
  /** Where OTLP goes, without the path. */
  readonly url: string;
  /** Answers what is under way, finishes the batch of decisions, closes the engines. What waits, waits on disk. */
  stop(): Promise<void>;
}

/** One process decides here, so that an owner who does not answer for this long is one that was killed. */
const LOCAL_SETTINGS: DecideSettings = {
  ...DEFAULT_DECIDE_SETTINGS,
  claimTimeoutMs: 15_000,
  continuationDelayMs: 5_000,
};

/**
 * The whole pipeline on one machine: the Lambda handlers, on embedded engines that speak the protocols of AWS.
 * Whatever of it has started is stopped again when the rest cannot start.
 */
export async function startLocal(options: LocalOptions): Promise<RunningTailgate> {
  await using starting = new AsyncDisposableStack();
  const { config, log } = options;
  const clock = new SystemClock();
  const services = await startServices(options, starting);
  const { dynamoClient, sqsClient, s3Client, names } = services;
  const spillStore = new S3SpillStore({ client: s3Client, bucket: names.bucket, clock });
  const buffer = new DynamoDbSpanBuffer({ client: dynamoClient, tableName: names.tableName, spillStore, clock });
  const wakeUps = new SqsWakeUpQueue({ ...names, client: sqsClient, clock });
  const archive = new S3TraceArchive({ client: s3Client, bucket: names.bucket, clock });

  const settings = { ...LOCAL_SETTINGS, ...options.decideSettings };
  const evaluate = (trace: Trace) => decide(config, trace);
  const decideBatch = createDecide({ buffer, archive, wakeUps, clock, newId: randomId, evaluate }, settings);
  const handler = createDecideHandler({ decide: decideBatch, log });
  const loop = startDecisionLoop({ client: services.longPollClient, queueUrl: names.queueUrl, handler, log });
  starting.defer(() => loop.stop());

  const http = await startHttpServer({
    host: options.host,
    port: options.port,
    maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
    log,
    handler: createIngestHandler({
      ingest: (request) => ingest(request, { buffer, wakeUps, clock, hashFragment }, config),
      isAuthorized: createKeyCheck(options.keys.map(hashKey)),
      maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
      log,
    }),
  });
  starting.defer(() => http.stop());
  const running = starting.move();
  return { url: `http://${options.host}:${http.port}`, stop: () => running.disposeAsync() };
}

/** The engines, with a table, queues and a bucket in them. */
async function startServices(options: LocalOptions, starting: AsyncDisposableStack) {
  const folder = takeDataFolder(options.dataDir);
  starting.defer(() => folder.release());
  const dataDir = folder.path;
  const dynamo = await startDynamo({ path: join(dataDir, 'buffer') });
  starting.defer(() => dynamo.stop());
  const queueAndObjects = await startQueueAndObjects({ queueDir: join(dataDir, 'queue'), objectDir: dataDir });
  starting.defer(() => queueAndObjects.stop());

  const dynamoClient = createDynamoDbClient(engineClientOptions(dynamo.url));
  const sqsClient = createSqsClient(engineClientOptions(queueAndObjects.url));
  const longPollClient = createSqsClient({ ...engineClientOptions(queueAndObjects.url), requestTimeoutMs: 30_000 });
  const s3Client = createS3Client(engineClientOptions(queueAndObjects.url));
  for (const client of [dynamoClient, sqsClient, longPollClient, s3Client]) starting.defer(() => client.destroy());
  const visibilityTimeoutSeconds = options.visibilityTimeoutSeconds ?? 30;
  const names = await provision({ dynamoClient, sqsClient, s3Client, visibilityTimeoutSeconds });
  return { dynamoClient, sqsClient, longPollClient, s3Client, names };
}
