/**
 * `node bench/first-search.ts [traces] [rounds]`: the first search of a new instance of the read function over one hour of 20,000 kept
 * traces, or as many as are asked for. The bundle as it is deployed, with the heap of the function and S3 and Parameter Store in this
 * process; and the reader alone, over files. In turns, each run in a process of its own; all must give the same answer.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdDecompressSync } from 'node:zlib';
import { authorizeAll } from '../functions/ingest/keys.ts';
import { createReadHandler, type ReadHandler } from '../functions/read/handler.ts';
import { MS_PER_HOUR } from '../lib/archive/hours.ts';
import { LOCAL_ARCHIVE } from '../lib/archive/layout.ts';
import { NODE_CODECS } from '../lib/aws/codecs.ts';
import { FilesystemObjectStore } from '../lib/aws/filesystem/object-store.ts';
import { hashKey } from '../lib/aws/ssm/ingest-key.ts';
import { functionUrlEvent } from '../lib/local/function-url-event.ts';
import { TraceReader } from '../lib/read/trace-reader.ts';
import { buildHandlers, HANDLERS } from '../scripts/build/handlers.ts';
import { ParameterStore } from '../test/support/parameter-store.ts';
import { silentLog } from '../test/support/silent-log.ts';
import { startS3OfFolder } from './load/s3-of-folder.ts';
import { FIRST_HOUR_MS, seedArchive } from './rows/kept-traces.ts';

const FUNCTION_MB = 1769;
/** Leaves a tenth of the function's memory to what is not in the heap. */
const HEAP = `--max-old-space-size=${Math.floor(FUNCTION_MB * 0.9)}`;
/** In milliseconds of the processor, of which the function has one. */
const TARGET_MS = 3000;
const READ_KEY = `tg_abcd2345_${'k'.repeat(32)}`;
const KEYS_PATH = '/tailgate/bench/read-keys';
const SIDES = ['function', 'reader'] as const;

interface Run {
  /** Of the processor, from the start of the process: what Lambda does before there is a request, and until the answer. */
  readonly initMs: number;
  readonly ms: number;
  readonly wallMs: number;
  readonly rssMb: number;
  /** Calls that end at their deadline, which is on the clock of the wall, are made again. */
  readonly calls: number;
  readonly answer: unknown;
}

/** Milliseconds that the processor has worked for this process since it began. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function deployedFunction(): Promise<ReadHandler> {
  const { handler } = (await import(join(HANDLERS, 'read/index.mjs'))) as { readonly handler: ReadHandler };
  return handler;
}

/** The use cases from the sources, over files. */
function readerAlone(dataDir: string): ReadHandler {
  const decompress = { gunzip: NODE_CODECS.gunzip, zstd: (bytes: Uint8Array) => zstdDecompressSync(bytes) };
  const objects = new FilesystemObjectStore(join(dataDir, LOCAL_ARCHIVE));
  const reader = new TraceReader({ objects, decompress, clock: Date }, {}, { deadlineMs: 600_000 });
  const noPage = async () => undefined;
  return createReadHandler({ readers: () => reader, authorize: authorizeAll, clock: Date, log: silentLog }, noPage);
}

/** Run by itself. */
async function search(dataDir: string | undefined): Promise<void> {
  const beganMs = cpuMs();
  const handler = dataDir === undefined ? await deployedFunction() : readerAlone(dataDir);
  const readyMs = cpuMs();
  const startedAt = performance.now();
  const query = `from=${FIRST_HOUR_MS}&to=${FIRST_HOUR_MS + MS_PER_HOUR}&service=payment&order=slowest`;
  const headers = { 'x-api-key': READ_KEY, 'accept-encoding': 'identity' };
  const event = functionUrlEvent({
    method: 'GET',
    target: `/api/traces?${query}`,
    headers,
    body: new Uint8Array(),
  });
  for (let calls = 1; ; calls++) {
    const { statusCode, body = '' } = await handler(event);
    const text = Buffer.from(body, 'base64').toString();
    assert.equal(statusCode, 200, text);
    const answer = JSON.parse(text) as { readonly isComplete: boolean; readonly traces: readonly unknown[] };
    if (!answer.isComplete) continue;
    assert.equal(answer.traces.length, 20);
    const [ms, wallMs] = [cpuMs() - readyMs, performance.now() - startedAt];
    const rssMb = process.resourceUsage().maxRSS / 1024;
    const run: Run = { initMs: readyMs - beganMs, ms, wallMs, rssMb, calls, answer };
    process.stdout.write(JSON.stringify(run), () => process.exit(0));
    return;
  }
}

async function main(wanted: number, rounds: number): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-bench-'));
  try {
    const { traces, spans, gzipBytes, objects } = await seedArchive(dataDir, wanted, 1);
    console.log(
      `first search of an instance over one hour, ${traces.toLocaleString('en')} kept traces of ${(spans / traces).toFixed(1)} spans ` +
        `in ${objects} objects (${(gzipBytes / 1e6).toFixed(1)} MB as gzip), ${FUNCTION_MB} MB, Node ${process.version}`,
    );
    await buildHandlers();
    await using s3 = await startS3OfFolder(join(dataDir, LOCAL_ARCHIVE));
    const parameters = await ParameterStore.start();
    parameters.set(`${KEYS_PATH}/abcd2345`, JSON.stringify({ hash: hashKey(READ_KEY) }));
    const env = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_SSM: parameters.url,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(FUNCTION_MB),
      TAILGATE_TABLE: 'table',
      TAILGATE_BUCKET: 'bucket',
      TAILGATE_READ_KEYS_PATH: KEYS_PATH,
    };
    const runs: Record<(typeof SIDES)[number], Run[]> = { function: [], reader: [] };
    for (let round = 0; round < rounds; round++) {
      for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
        const of = side === 'function' ? [] : [dataDir];
        const args = [HEAP, '--enable-source-maps', import.meta.filename, '--search', ...of];
        const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 1e8 });
        runs[side].push(JSON.parse(stdout) as Run);
      }
    }
    await parameters.stop();
    const all = [...runs.function, ...runs.reader];
    for (const { answer } of all) assert.deepEqual(answer, all[0]?.answer);
    console.log('  ms of the processor                median      lowest     highest   wall clock  MB resident');
    print('the deployed function', runs.function);
    print('  of which its start', runs.function, ({ initMs }) => initMs);
    print('the reader alone, from files', runs.reader, ({ ms }) => ms);
    if (all.some(({ calls }) => calls > 1)) console.log('  NOTE: on this busy machine, calls ended at their deadline');
    assert(
      all.every(({ rssMb }) => rssMb < FUNCTION_MB),
      'resident memory is more than the function has',
    );
    const ms = median(runs.function.map(wholeMs));
    console.log(
      `  ${ms <= TARGET_MS ? 'holds' : 'MISSED'}: first search, deployed, ${ms.toFixed(0)} ms, target ${TARGET_MS} ms`,
    );
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}

function wholeMs({ initMs, ms }: Run): number {
  return initMs + ms;
}

function print(name: string, runs: readonly Run[], numberOf = wholeMs): void {
  const ms = runs.map(numberOf);
  const cells = [median(ms), Math.min(...ms), Math.max(...ms), median(runs.map(({ wallMs }) => wallMs))];
  const rssMb = Math.max(...runs.map((run) => run.rssMb));
  console.log(`  ${name.padEnd(30)}${[...cells, rssMb].map((cell) => cell.toFixed(0).padStart(12)).join('')}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (process.argv[2] === '--search') await search(process.argv[3]);
else await main(Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? 5));
