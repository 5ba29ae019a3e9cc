import { join } from 'node:path';
import { wireDecide } from '../../../functions/decide/handler.ts';
import { type HttpHandler, type IngestHandler, wireIngest } from '../../../functions/ingest/handler.ts';
import { authorizeAll, authorizeKeys } from '../../../functions/ingest/keys.ts';
import { fixedConfig } from '../../../functions/shared/live-config.ts';
import { createServices } from '../../../functions/shared/services.ts';
import { createDynamoDbClient, createSqsClient } from '../../../lib/aws/clients.ts';
import { SignedTableCalls } from '../../../lib/aws/dynamodb/table-calls.ts';
import { createS3Client, S3ObjectStore } from '../../../lib/aws/s3/object-store.ts';
import { SignedQueueCalls } from '../../../lib/aws/sqs/queue-calls.ts';
import { SystemClock } from '../../../lib/aws/system.ts';
import { functionUrlEvent } from '../../../lib/local/function-url-event.ts';
import { startHttpServer } from '../../../lib/local/http-server.ts';
import { LOCAL_SETTINGS, type LocalOptions, type RunningTailgate } from '../../../lib/local/start.ts';
import { type Started, startParts } from '../../../lib/local/started.ts';
import { startDynamo } from './dynamo.ts';
import { engineClientOptions } from './engine.ts';
import { startEventSource } from './event-source.ts';
import { provision } from './provision.ts';
import { startQueueAndObjects } from './queue-and-objects.ts';

/** The client's own timeout must be longer than a long poll. */
const LONG_POLL_TIMEOUT_MS = 30_000;

/**
 * The whole pipeline as it is deployed, on one machine: the Lambda handlers with the adapters of AWS, on engines that speak
 * its protocols and keep everything in the data folder, behind the HTTP server of the local run.
 */
export function startOnEngines(options: LocalOptions): Promise<RunningTailgate> {
  return startParts((started) => startAll(options, started));
}

async function startAll(options: LocalOptions, started: Started): Promise<RunningTailgate> {
  const { host, port, log } = options;
  const config = fixedConfig(options.config);
  const { clients, longPollClient, names } = await startEngines(options, started);
  const store = new S3ObjectStore({ client: clients.s3, bucket: names.bucket, clock: new SystemClock() });
  const services = createServices({ ...clients, store }, names);

  const decide = wireDecide({ services, config, log }, { ...LOCAL_SETTINGS, ...options.decideSettings });
  const source = startEventSource({ client: longPollClient, queueUrl: names.queueUrl, handler: decide, log });
  started.defer(() => source.stop());

  const authorize = options.keys.length === 0 ? authorizeAll : authorizeKeys(options.keys);
  const ingest = wireIngest({ services, config, authorize, log });
  const http = await startHttpServer({ host, port, log, handler: throughEvents(ingest) });
  started.defer(() => http.stop());
  return { url: `http://${host}:${http.port}`, stop: () => started.stop() };
}

/** The request as the event of a function URL, and its result as an answer. */
function throughEvents(ingest: IngestHandler): HttpHandler {
  return async ({ method, path: target, headers }) =>
    async ({ body }) => {
      const result = await ingest(functionUrlEvent({ method, target, headers, body }));
      return {
        status: result.statusCode ?? 200,
        headers: mapValues(result.headers ?? {}),
        body: Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8'),
      };
    };
}

function mapValues(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** Starts the engines, creates a table, queues and a bucket in them, and clients for them. */
async function startEngines({ dataDir, visibilityTimeoutSeconds = 30 }: LocalOptions, started: Started) {
  const dynamo = await startDynamo({ path: join(dataDir, 'buffer') });
  started.defer(() => dynamo.stop());
  const queueAndObjects = await startQueueAndObjects({ queueDir: join(dataDir, 'queue'), objectDir: dataDir });
  started.defer(() => queueAndObjects.stop());

  const dynamoOptions = engineClientOptions(dynamo.url);
  const otherOptions = engineClientOptions(queueAndObjects.url);
  const dynamoDb = new SignedTableCalls(dynamoOptions);
  const sqs = new SignedQueueCalls(otherOptions);
  const dynamoClient = createDynamoDbClient(dynamoOptions);
  const s3 = createS3Client(otherOptions);
  const longPollClient = createSqsClient({ ...otherOptions, requestTimeoutMs: LONG_POLL_TIMEOUT_MS });
  for (const client of [dynamoDb, sqs, s3, dynamoClient, longPollClient]) started.defer(() => client.destroy());
  const names = await provision({ dynamoClient, sqsClient: longPollClient, s3Client: s3, visibilityTimeoutSeconds });
  return { clients: { dynamoDb, sqs, s3 }, longPollClient, names };
}
