/**
 * `node bench/aws-client.ts`: our client of DynamoDB and SQS against the SDK's, in one process, in turns, against a stub that answers
 * at once (`aws-stub.ts`). CPU time of this process alone. Timeouts and metrics are on for both.
 */
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { SQSRecord } from 'aws-lambda';
import { build } from 'esbuild';
import { wireDecide } from '../functions/decide/handler.ts';
import { wireIngest } from '../functions/ingest/handler.ts';
import { authorizeAll } from '../functions/ingest/keys.ts';
import { fixedConfig } from '../functions/shared/live-config.ts';
import type { InvocationMetrics } from '../functions/shared/metrics.ts';
import { createServices, metered, type ServiceClients } from '../functions/shared/services.ts';
import { createDynamoDbClient, createSqsClient } from '../lib/aws/clients.ts';
import { SignedTableCalls } from '../lib/aws/dynamodb/table-calls.ts';
import { createS3Client, S3ObjectStore } from '../lib/aws/s3/object-store.ts';
import { SignedQueueCalls, sdkQueueCalls } from '../lib/aws/sqs/queue-calls.ts';
import { SystemClock } from '../lib/aws/system.ts';
import { parseSamplingConfig } from '../lib/sampling/config/parse-sampling-config.ts';
import { httpEvent } from '../test/functions/support/http-event.ts';
import { sdkTableCalls } from '../test/support/sdk-table-calls.ts';
import { silentLog } from '../test/support/silent-log.ts';
import { corpus, type Layout } from './corpus.ts';

/** Keeps a sixth of the traces: each of them costs further calls. Half of the traces of this corpus have an error. */
const CONFIG = `
decision_wait: 0s
policies:
  - { name: slow, type: latency, latency: { threshold_ms: 15000 } }
  - { name: sample-of-all, type: probabilistic, probabilistic: { sampling_percentage: 16 } }
`;
/** The stub is reached over TLS, as the services are. */
const CERTIFICATE = join(import.meta.dirname, '../test/fixtures/tls/localhost.cert.pem');
const KEY = join(import.meta.dirname, '../test/fixtures/tls/localhost.key.pem');
/** Requests whose wake-ups are decided in one invocation. */
const WAKE_UPS_PER_BATCH = 10;
/** A role's credentials, as a function has them. */
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 't'.repeat(800) };

/** Counts into numbers: what a function pays for its metrics besides is the same for both. */
class SumMetrics implements InvocationMetrics {
  readonly totals = new Map<string, number>();
  add(name: string, value: number): void {
    this.totals.set(name, (this.totals.get(name) ?? 0) + value);
  }
  addTo(name: string, dimension: string, value: number): void {
    this.add(`${name} ${dimension}`, value);
  }
  flush(): void {}
}

/** Medians over the rounds. */
export interface ClientRating {
  readonly name: string;
  /** CPU time of one unit of work. */
  readonly sdkMicros: number;
  readonly ownMicros: number;
  /** Of the rounds' ratios SDK : own; with the first and third quartile. */
  readonly ratio: number;
  readonly quartiles: readonly [number, number];
}

const SIDES = ['sdk', 'own'] as const;
type Side = (typeof SIDES)[number];

/** Work that both sides do in turns. */
interface Work {
  /** CPU time of one unit, for each part that is rated, and what came of it. */
  run(
    side: Side,
    round: number,
  ): Promise<{ readonly micros: Readonly<Record<string, number>>; readonly answer: unknown }>;
}

export async function measureAwsClients(rounds = 9): Promise<readonly ClientRating[]> {
  setDefaultCACertificates([readFileSync(CERTIFICATE, 'utf8')]);
  const stub = fork(new URL('aws-stub.ts', import.meta.url), [CERTIFICATE, KEY], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  try {
    const [port] = await once(stub.stdout ?? stub, 'data');
    const endpoint = `https://127.0.0.1:${String(port).trim()}`;
    const clients = { sdk: sdkClients(endpoint), own: ownClients(endpoint) };
    const ratings: ClientRating[] = [];
    for (const work of [...callsOf(clients), ...handlersOf(clients, endpoint), await firstSend(endpoint)]) {
      ratings.push(...(await rate(work, rounds)));
    }
    return ratings;
  } finally {
    stub.kill();
  }
}

async function rate(work: Work, rounds: number): Promise<readonly ClientRating[]> {
  const micros: Record<Side, Map<string, number[]>> = { sdk: new Map(), own: new Map() };
  for (let round = -1; round < rounds; round++) {
    const answers: string[] = [];
    for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
      const result = await work.run(side, round);
      answers.push(JSON.stringify(result.answer));
      if (round < 0) continue;
      for (const [part, one] of Object.entries(result.micros)) {
        micros[side].set(part, [...(micros[side].get(part) ?? []), one]);
      }
    }
    if (answers[0] !== answers[1]) throw new Error(`the clients differ: ${answers.join(' and ')}`);
  }
  return [...micros.sdk].map(([name, sdk]) => {
    const own = micros.own.get(name) ?? [];
    const ratios = sdk.map((one, round) => one / (own[round] ?? Number.NaN)).sort((a, b) => a - b);
    const quartile = (quarters: number) => ratios[Math.floor((ratios.length * quarters) / 4)] ?? Number.NaN;
    return {
      name,
      sdkMicros: median(sdk),
      ownMicros: median(own),
      ratio: median(ratios),
      quartiles: [quartile(1), quartile(3)] as const,
    };
  });
}

function sdkClients(endpoint: string): ServiceClients {
  const options = { endpoint, region: 'eu-west-1', credentials };
  const clients = {
    dynamoDb: sdkTableCalls(createDynamoDbClient(options)),
    sqs: sdkQueueCalls(createSqsClient(options)),
  };
  return metered(clients, new SumMetrics());
}

function ownClients(endpoint: string): ServiceClients {
  const options = { endpoint, region: 'eu-west-1', credentials };
  const clients = {
    dynamoDb: new SignedTableCalls(options),
    sqs: new SignedQueueCalls(options),
  };
  return metered(clients, new SumMetrics());
}

type Clients = Readonly<Record<Side, ServiceClients>>;

const SAMPLED = 'processor_tail_sampling_global_count_traces_sampled';
/** Counts in which both sides have to agree. */
const ANSWERS = ['receiver_accepted_spans', 'sampled_spans', `${SAMPLED} sampled`, `${SAMPLED} not_sampled`];

const CALLS_PER_ROUND = 300;
const REQUESTS = 20;
const IN_FLIGHT = 4;
const TABLE = 'calls';

/** The calls of the hot path, four at a time. */
function callsOf(clients: Clients): readonly Work[] {
  const traceId = 'c'.repeat(32);
  const items = Array.from({ length: 25 }, (_, index) => ({
    traceId: { S: index < 3 ? traceId : `${'d'.repeat(30)}${index + 10}` },
    sk: { S: `f#${String(index).padStart(16, 'h')}` },
    expiresAt: { N: '1795262430' },
    r: { N: '1795262430123' },
    n: { N: '9' },
    p: { B: Uint8Array.from({ length: 1100 }, (_byte, at) => (at * at * 31 + index * 7) % 251) },
  }));
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  const keys = items.slice(0, 3).map(({ traceId, sk }) => ({ traceId, sk }));
  const query = {
    TableName: TABLE,
    ConsistentRead: true,
    KeyConditionExpression: '#traceId = :traceId',
    ExpressionAttributeNames: { '#traceId': 'traceId' },
    ExpressionAttributeValues: { ':traceId': { S: traceId } },
  };
  const message = JSON.stringify(Array.from({ length: 64 }, (_, index) => [traceId, `${index}`.padStart(16, 'h')]));
  const send = { QueueUrl: 'https://sqs/1/calls', Entries: [{ Id: '0', MessageBody: message, DelaySeconds: 30 }] };
  return [
    call('BatchWriteItem of 25 items of 1.1 KB', ({ dynamoDb }) =>
      dynamoDb.call('BatchWriteItem', { RequestItems: { [TABLE]: requests } }),
    ),
    call('Query that finds 3 items', async ({ dynamoDb }) => (await dynamoDb.call('Query', query)).Items),
    call('BatchGetItem of 3 items', async ({ dynamoDb }) => {
      const { Responses } = await dynamoDb.call('BatchGetItem', { RequestItems: { [TABLE]: { Keys: keys } } });
      return Responses?.[TABLE];
    }),
    call('SendMessageBatch of one wake-up', async ({ sqs }) => (await sqs.call('SendMessageBatch', send)).Successful),
  ];

  function call(name: string, make: (clients: ServiceClients) => Promise<unknown>): Work {
    return {
      run: async (side) => {
        const worker = async () => {
          for (let n = 0; n < CALLS_PER_ROUND / IN_FLIGHT; n++) await make(clients[side]);
        };
        const before = process.cpuUsage();
        await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
        const micros = { [name]: microsSince(before) / CALLS_PER_ROUND };
        return { micros, answer: withoutMetadata(await make(clients[side])) };
      },
    };
  }
}

/** Whole handlers on requests of 512 spans with gzip bodies; a unit is a request, ingested and decided. */
function handlersOf(clients: Clients, endpoint: string): readonly Work[] {
  const parsed = parseSamplingConfig(CONFIG);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const config = fixedConfig(parsed.config);
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
  const s3 = createS3Client({ endpoint, region: 'eu-west-1', credentials });
  const storeOf = (bucket: string) => new S3ObjectStore({ client: s3, bucket, clock: new SystemClock() });
  return (['mixed', 'sdk'] as const).map((layout: Layout): Work => {
    const events = corpus(layout, REQUESTS).map(({ protobuf }) => httpEvent({ headers, body: gzipSync(protobuf) }));
    return {
      run: async (side, round) => {
        const name = `${layout}-${side}-${round + 1}`;
        const queueUrl = `https://sqs/1/${name}`;
        const names = { tableName: name, bucket: name, queueUrl, deadLetterQueueUrl: `${queueUrl}-dead` };
        const metrics = new SumMetrics();
        const deps = {
          services: createServices({ ...clients[side], store: storeOf(name) }, names),
          config,
          log: silentLog,
          metrics,
        };
        const [ingest, decide] = [wireIngest({ ...deps, authorize: authorizeAll }), wireDecide(deps)];
        const start = process.cpuUsage();
        for (const event of events) {
          const { statusCode } = await ingest(event);
          if (statusCode !== 200) throw new Error(`ingest answered ${statusCode}`);
        }
        const ingestMicros = microsSince(start) / REQUESTS;
        const bodies = await fetch(`${endpoint}/messages/${name}`);
        const batches = batchesOf((await bodies.json()) as string[]);
        const middle = process.cpuUsage();
        for (const Records of batches) {
          const { batchItemFailures } = await decide({ Records });
          if (batchItemFailures.length > 0) throw new Error('decide left messages');
        }
        const decideMicros = microsSince(middle) / REQUESTS;
        const what = layout === 'mixed' ? 'batches of a gateway' : 'batches of one pod';
        return {
          micros: {
            [`ingest, ${what}`]: ingestMicros,
            [`decide, ${what}`]: decideMicros,
            [`ingest + decide, ${what}`]: ingestMicros + decideMicros,
          },
          answer: ANSWERS.map((metric) => metrics.totals.get(metric)),
        };
      },
    };
  });
}

/** A process that loads a client, bundled as the functions are, and makes its first call. */
async function firstSend(endpoint: string): Promise<Work> {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-first-send-'));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  const options = `{ endpoint: '${endpoint}', region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' } }`;
  const item = `{ traceId: { S: 'a'.repeat(32) }, sk: { S: 'f' }, p: { B: new Uint8Array(1100) } }`;
  const input = `{ RequestItems: { first: [{ PutRequest: { Item: ${item} } }] } }`;
  const report = 'const { user, system } = process.cpuUsage(); console.log(user + system); process.exit();';
  const programs: Record<Side, string> = {
    sdk: `import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
      import { createDynamoDbClient } from './lib/aws/clients.ts';
      await createDynamoDbClient(${options}).send(new BatchWriteItemCommand(${input})); ${report}`,
    own: `import { SignedTableCalls } from './lib/aws/dynamodb/table-calls.ts';
      await new SignedTableCalls(${options}).call('BatchWriteItem', ${input}); ${report}`,
  };
  for (const side of SIDES) {
    await build({
      stdin: { contents: programs[side], resolveDir: join(import.meta.dirname, '..'), loader: 'ts' },
      outfile: join(folder, `${side}.mjs`),
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      minify: true,
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'error',
    });
  }
  writeFileSync(join(folder, 'nothing.mjs'), report);
  const microsOf = (program: string) => {
    const { stdout } = spawnSync(process.execPath, [join(folder, `${program}.mjs`)], {
      encoding: 'utf8',
      env: { ...process.env, NODE_EXTRA_CA_CERTS: CERTIFICATE },
    });
    return Number(stdout);
  };
  return {
    run: async (side) => ({
      micros: { 'load and first call in a new process': microsOf(side) - microsOf('nothing') },
      answer: undefined,
    }),
  };
}

function batchesOf(bodies: readonly string[]): SQSRecord[][] {
  const batches: SQSRecord[][] = [];
  for (let start = 0; start < bodies.length; start += WAKE_UPS_PER_BATCH) {
    batches.push(bodies.slice(start, start + WAKE_UPS_PER_BATCH).map((body, index) => recordOf(body, index)));
  }
  return batches;
}

function recordOf(body: string, index: number): SQSRecord {
  return {
    messageId: String(index),
    receiptHandle: '',
    body,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '', SenderId: '', ApproximateFirstReceiveTimestamp: '' },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: 'eu-west-1',
  };
}

function microsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function withoutMetadata(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return answer;
  const { $metadata: _, ...rest } = answer as Record<string, unknown>;
  return rest;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

if (import.meta.main) {
  const ratings = await measureAwsClients();
  console.log(`client of AWS: CPU time of a call or request, SDK and own in turns (medians, Node ${process.version})`);
  for (const { name, sdkMicros, ownMicros, ratio, quartiles } of ratings) {
    const [low, high] = quartiles.map((one) => one.toFixed(2));
    console.log(
      `  ${name.padEnd(44)} ${sdkMicros.toFixed(0).padStart(7)} us ${ownMicros.toFixed(0).padStart(7)} us ` +
        `${ratio.toFixed(2).padStart(6)}x (${low}-${high})`,
    );
  }
}
