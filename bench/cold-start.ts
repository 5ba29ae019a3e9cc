// How long a function takes until it asks for its first event: the built assets under Lambda's own runtime interface client,
// beside a function that does nothing. They take turns; what the machine adds hits all alike.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFunctions } from '../test/functions/support/built-functions.ts';
import { BundleFiles } from '../test/functions/support/bundle-files.ts';
import { startLambda } from '../test/support/lambda/lambda-process.ts';
import { ParameterStore } from '../test/support/parameter-store.ts';
import { median } from './table/rounds.ts';

const ROUNDS = 9;
const POLICIES = 'policies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]';

const folder = mkdtempSync(join(tmpdir(), 'tailgate-cold-start-'));
const parameters = await ParameterStore.start();
parameters.set('/tailgate/tailgate/policies', POLICIES);
const empty = { codeDir: folder, handler: 'empty.handler' };
writeFileSync(join(folder, 'empty.mjs'), 'export const handler = async () => {};\n');
const built = buildFunctions(join(folder, 'cdk.out'), POLICIES);
const functions = [
  { name: 'a function that does nothing', code: empty, bytes: 0 },
  { name: 'ingest', code: built.Ingest, bytes: sizeOf(built.Ingest.codeDir) },
  { name: 'decide', code: built.Decide, bytes: sizeOf(built.Decide.codeDir) },
];
const times = functions.map((): number[] => []);
for (let round = 0; round < ROUNDS; round++) {
  for (const [index, { code }] of functions.entries()) {
    await using lambda = await startLambda({ ...code, environment: environment() });
    times[index]?.push(lambda.initMs);
  }
}
console.log(`cold start (median of ${ROUNDS} starts, Node ${process.version}, process start included)`);
const base = median(times[0] ?? []);
for (const [index, { name, bytes }] of functions.entries()) {
  const ms = median(times[index] ?? []);
  const size = bytes === 0 ? '' : `  ${bytes.toLocaleString('en')} B`;
  console.log(`  ${name.padEnd(30)} ${ms.toFixed(0).padStart(5)} ms  ${(ms / base).toFixed(2)}x${size}`);
}
await parameters.stop();
rmSync(folder, { recursive: true });

/** What Node.js reads at the start: without the parts that are loaded on demand. */
function sizeOf(codeDir: string): number {
  return new BundleFiles(codeDir).bytesFor(['index.mjs']);
}

function environment(): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SSM: parameters.url,
    TAILGATE_PIPELINE: 'tailgate',
    TAILGATE_TABLE: 'table',
    TAILGATE_BUCKET: 'bucket',
    TAILGATE_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/111111111111/queue',
    TAILGATE_DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/111111111111/dead',
    TAILGATE_CONFIG_PARAMETER: '/tailgate/tailgate/policies',
    TAILGATE_KEYS_PATH: '/tailgate/tailgate/keys',
  };
}
