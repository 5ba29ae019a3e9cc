import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { servicesFromEnvironment } from '../../functions/shared/environment.ts';
import type { Log } from '../../functions/shared/logger.ts';
import { NO_METRICS } from '../../functions/shared/metrics.ts';
import { DictionaryStore } from '../../lib/aws/dynamodb/dictionary-store.ts';
import { trainDictionary } from '../../lib/aws/dynamodb/dictionary-training.ts';
import { SignedTableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { VARIABLES } from '../../lib/aws/function-contract.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { type CorpusName, corpusOf } from '../corpora.ts';

export const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {} };

const REGION = 'eu-west-1';
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 't'.repeat(800) };

/** The services of a deployed function, with the clients that it has, on the stub at this URL. */
export function servicesOn(url: string, table: string) {
  Object.assign(process.env, {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_ENDPOINT_URL_SQS: url,
    AWS_ENDPOINT_URL_S3: url,
    [VARIABLES.table]: table,
    [VARIABLES.bucket]: 'bucket',
    [VARIABLES.queueUrl]: `${url}/111111111111/queue`,
    [VARIABLES.deadLetterQueueUrl]: `${url}/111111111111/dead`,
    [VARIABLES.trainedDictionaries]: '1',
  });
  return servicesFromEnvironment(NO_METRICS, { log: QUIET });
}

/** As many fragments as decide trains on; those of another seed, as of another day. */
const SAMPLES = 256;
const SAMPLED_SPANS = 8_000;
const TRAINING_SEED = 1_000;

/** A dictionary for this traffic. */
export function trainedOn(corpus: CorpusName): Uint8Array {
  const fragments = corpusOf(corpus, SAMPLED_SPANS, TRAINING_SEED).flatMap(
    ({ protobuf }) => regroup(protobuf).fragments,
  );
  return trainDictionary(fragments.slice(0, SAMPLES).map(({ payload }) => payload));
}

/** Puts a dictionary into the tables, as decide does in the first ten minutes of a deployment. */
export async function trainOn(corpus: CorpusName, url: string, tables: readonly string[]): Promise<void> {
  const bytes = trainedOn(corpus);
  const client = new SignedTableCalls({ region: REGION, endpoint: url, credentials: CREDENTIALS });
  const nowMs = Date.now();
  for (const tableName of tables)
    await new DictionaryStore({ client, tableName, clock: { now: () => nowMs } }).put(bytes);
  client.destroy();
}

/** As a function URL gives it. */
export function eventOf(body: Buffer): APIGatewayProxyEventV2 {
  const http = { method: 'POST', path: '/v1/traces', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'otel' };
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/v1/traces',
    rawQueryString: '',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
    requestContext: { http, stage: '$default' },
    body: body.toString('base64'),
    isBase64Encoded: true,
  };
  return event as unknown as APIGatewayProxyEventV2;
}
