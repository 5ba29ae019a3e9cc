import { gzipSync } from 'node:zlib';
import type { SQSRecord } from 'aws-lambda';
import { wireDecide } from '../../functions/decide/handler.ts';
import { wireIngest } from '../../functions/ingest/handler.ts';
import { authorizeAll } from '../../functions/ingest/keys.ts';
import { fixedConfig } from '../../functions/shared/live-config.ts';
import { createServices } from '../../functions/shared/services.ts';
import { createS3Client, S3ObjectStore } from '../../lib/aws/s3/object-store.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import { httpEvent } from '../../test/functions/support/http-event.ts';
import { silentLog } from '../../test/support/silent-log.ts';
import { corpusOf, samplingConfig } from '../corpora.ts';
import { type Clients, credentials, SumMetrics } from './clients.ts';
import { microsSince, type Work } from './rate.ts';

const SPANS = 20 * 512;
/** Requests whose wake-ups are decided in one invocation. */
const WAKE_UPS_PER_BATCH = 10;
const SAMPLED = 'processor_tail_sampling_global_count_traces_sampled';
/** Counts in which both sides have to agree. */
const ANSWERS = ['receiver_accepted_spans', 'sampled_spans', `${SAMPLED} sampled`, `${SAMPLED} not_sampled`];

/** Whole handlers on requests with gzip bodies; a unit is a request, ingested and decided. */
export function handlersOf(clients: Clients, endpoint: string): readonly Work[] {
  const parsed = parseSamplingConfig(samplingConfig('0s'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const config = fixedConfig(parsed.config);
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
  const s3 = createS3Client({ endpoint, region: 'eu-west-1', credentials });
  const storeOf = (bucket: string) => new S3ObjectStore({ client: s3, bucket, clock: new SystemClock() });
  return (['gateway', 'pod'] as const).map((corpus): Work => {
    const events = corpusOf(corpus, SPANS).map(({ protobuf }) => httpEvent({ headers, body: gzipSync(protobuf) }));
    return {
      run: async (side, round) => {
        const name = `${corpus}-${side}-${round + 1}`;
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
        const ingestMicros = microsSince(start) / events.length;
        const bodies = await fetch(`${endpoint}/messages/${name}`);
        const batches = batchesOf((await bodies.json()) as string[]);
        const middle = process.cpuUsage();
        for (const Records of batches) {
          const { batchItemFailures } = await decide({ Records });
          if (batchItemFailures.length > 0) throw new Error('decide left messages');
        }
        const decideMicros = microsSince(middle) / events.length;
        const what = corpus === 'gateway' ? 'batches of a gateway' : 'batches of one pod';
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
