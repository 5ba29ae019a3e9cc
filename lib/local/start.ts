import { join } from 'node:path';
import { wireDecide } from '../../functions/decide/handler.ts';
import { wireIngest } from '../../functions/ingest/handler.ts';
import { authorizeAll, authorizeKeys } from '../../functions/ingest/keys.ts';
import { fixedConfig } from '../../functions/shared/live-config.ts';
import type { Log } from '../../functions/shared/logger.ts';
import { createServices } from '../../functions/shared/services.ts';
import { createDynamoDbClient, createS3Client, createSqsClient } from '../aws/clients.ts';
import { SignedTableCalls } from '../aws/dynamodb/table-calls.ts';
import { SignedQueueCalls } from '../aws/sqs/queue-calls.ts';
import { DEFAULT_DECIDE_OPTIONS, type DecideOptions } from '../pipeline/decide/options.ts';
import type { SamplingConfig } from '../sampling/sampling-config.ts';
import { takeDataFolder } from './data-folder.ts';
import { startDecisionLoop } from './decision-loop.ts';
import { startDynamo } from './engines/dynamo.ts';
import { engineClientOptions } from './engines/engine.ts';
import { provision } from './engines/provision.ts';
import { startQueueAndObjects } from './engines/queue-and-objects.ts';
import { type Started, startParts } from './engines/started.ts';
import { startHttpServer } from './http-server.ts';

export interface LocalOptions {
  readonly host: string;
  /** 0 selects any free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly config: SamplingConfig;
  /** Ingest keys. If there are none, every request is accepted. */
  readonly keys: readonly string[];
  readonly log: Log;
  readonly decideSettings?: Partial<DecideOptions>;
  /** How long a wake-up that was received but not finished stays hidden. @default 30 s */
  readonly visibilityTimeoutSeconds?: number;
}

export interface RunningTailgate {
  /** Base URL for OTLP, without the path. */
  readonly url: string;
  /**
   * Answers the requests in progress, finishes the current batch of decisions and closes the engines. Waiting spans
   * stay on disk.
   */
  stop(): Promise<void>;
}

/** Only this process decides here, so the owner of a claim that does not answer for this long was killed. */
const LOCAL_SETTINGS: DecideOptions = {
  ...DEFAULT_DECIDE_OPTIONS,
  claimTimeoutMs: 15_000,
  continuationDelayMs: 5_000,
};

/** The client's own timeout must be longer than a long poll. */
const LONG_POLL_TIMEOUT_MS = 30_000;

/**
 * Starts the whole pipeline on one machine: the Lambda handlers, on embedded engines that speak the protocols of AWS.
 * If a part cannot start, it stops the parts that have started.
 */
export function startLocal(options: LocalOptions): Promise<RunningTailgate> {
  return startParts((started) => startAll(options, started));
}

async function startAll(options: LocalOptions, started: Started): Promise<RunningTailgate> {
  const { log } = options;
  const config = fixedConfig(options.config);
  const { clients, longPollClient, names } = await startEngines(options, started);
  const services = createServices(clients, names);

  const decide = wireDecide({ services, config, log }, { ...LOCAL_SETTINGS, ...options.decideSettings });
  const loop = startDecisionLoop({ client: longPollClient, queueUrl: names.queueUrl, handler: decide, log });
  started.defer(() => loop.stop());

  const { host, port } = options;
  const authorize = options.keys.length === 0 ? authorizeAll : authorizeKeys(options.keys);
  const ingest = wireIngest({ services, config, authorize, log });
  const http = await startHttpServer({ host, port, log, handler: ingest });
  started.defer(() => http.stop());

  const urlHost = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${urlHost}:${http.port}`, stop: () => started.stop() };
}

/** Starts the engines, creates a table, queues and a bucket in them, and clients for them. */
async function startEngines(options: LocalOptions, started: Started) {
  const folder = takeDataFolder(options.dataDir);
  started.defer(() => folder.release());
  const dynamo = await startDynamo({ path: join(folder.path, 'buffer') });
  started.defer(() => dynamo.stop());
  const queueAndObjects = await startQueueAndObjects({ queueDir: join(folder.path, 'queue'), objectDir: folder.path });
  started.defer(() => queueAndObjects.stop());

  const dynamoOptions = engineClientOptions(dynamo.url);
  const otherOptions = engineClientOptions(queueAndObjects.url);
  const dynamoDb = new SignedTableCalls(dynamoOptions);
  const sqs = new SignedQueueCalls(otherOptions);
  const s3 = createS3Client(otherOptions);
  const dynamoClient = createDynamoDbClient(dynamoOptions);
  const longPollClient = createSqsClient({ ...otherOptions, requestTimeoutMs: LONG_POLL_TIMEOUT_MS });
  for (const client of [dynamoDb, sqs, s3, dynamoClient, longPollClient]) started.defer(() => client.destroy());
  const names = await provision({
    dynamoClient,
    sqsClient: longPollClient,
    s3Client: s3,
    visibilityTimeoutSeconds: options.visibilityTimeoutSeconds ?? 30,
  });
  return { clients: { dynamoDb, sqs, s3 }, longPollClient, names };
}
