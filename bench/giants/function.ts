/**
 * `node … bench/giants/function.ts ingest|decide URL`: a handler on services behind a URL, as Lambda runs it: one event at a time, which
 * comes from the parent process, and its own memory. Answers each event with the result, and the most memory that it has taken so far.
 */
import { readFileSync } from 'node:fs';
import { wireDecide } from '../../functions/decide/handler.ts';
import { wireIngest } from '../../functions/ingest/handler.ts';
import { fixedConfig } from '../../functions/shared/live-config.ts';
import { createServices } from '../../functions/shared/services.ts';
import { SignedTableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { createS3Client, S3ObjectStore } from '../../lib/aws/s3/object-store.ts';
import { SignedQueueCalls } from '../../lib/aws/sqs/queue-calls.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';

export interface FunctionAnswer {
  readonly result: unknown;
  /** Lines of the log. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  readonly peakMegabytes: number;
  readonly cpuMs: number;
}

/** Lambda ends decide after a minute. */
const TIMEOUT_MS = 60_000;

const [, , role, url = '', policies = ''] = process.argv;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const signed = { region: 'us-east-1', credentials: async () => credentials, endpoint: url };
const services = createServices(
  {
    dynamoDb: new SignedTableCalls(signed),
    sqs: new SignedQueueCalls(signed),
    store: new S3ObjectStore({
      client: createS3Client({ endpoint: url, region: 'us-east-1', credentials }),
      bucket: 'archive',
      clock: new SystemClock(),
    }),
  },
  { tableName: 'buffer', queueUrl: `${url}/wake-ups`, deadLetterQueueUrl: `${url}/dead-letters` },
);
const parsed = parseSamplingConfig(policies);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
const config = fixedConfig(parsed.config);
let log: Record<string, unknown>[] = [];
const write = (level: string) => (message: string, fields: object) => {
  log.push({ level, message, ...fields });
};
const deps = {
  services,
  config,
  log: { debug: () => {}, info: write('info'), warn: write('warn'), error: write('error') },
};
/** The header names the tenant, as a key does. */
const ingest = wireIngest({ ...deps, authorize: async (headers) => ({ tenant: headers['x-tenant'] }) });
const decide = wireDecide(deps);

process.on('message', async (event) => {
  log = [];
  const before = process.cpuUsage();
  const deadlineMs = Date.now() + TIMEOUT_MS;
  const result =
    role === 'ingest'
      ? await ingest(event as never)
      : await decide(event as never, { getRemainingTimeInMillis: () => deadlineMs - Date.now() });
  const { user, system } = process.cpuUsage(before);
  process.send?.({ result, log, peakMegabytes: peakMegabytes(), cpuMs: (user + system) / 1000 });
});
process.on('disconnect', () => process.exit());

/** As the kernel counts it, code and all. */
function peakMegabytes(): number {
  const [, kibibytes = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Math.round((Number(kibibytes) * 1024) / 1e6);
}
