import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IngestHandler } from '../../functions/ingest/handler.ts';
import { compactedHoursOf } from '../../lib/aws/glue/compaction-catalog.ts';
import { hashKey } from '../../lib/aws/ssm/ingest-key.ts';
import { exportRequest, traceIdOf } from '../support/export-request.ts';
import { GlueDatabase } from '../support/glue-database.ts';
import { type LambdaProcess, startLambda } from '../support/lambda/lambda-process.ts';
import { ParameterStore } from '../support/parameter-store.ts';
import { type BuiltFunction, buildFunctions } from './support/built-functions.ts';
import { BundleFiles } from './support/bundle-files.ts';
import { type Deployed, deploy, type EngineAddresses } from './support/deployed.ts';
import { httpEvent } from './support/http-event.ts';

const POLICIES =
  'decision_wait: 0s\npolicies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]';
const KEY = `tg_abcd2345_${'k'.repeat(32)}`;
const READ_KEY = `tg_efgh2345_${'r'.repeat(32)}`;
/** Compressed, more than a fragment in the buffer may have. */
const LARGE_NAME = randomBytes(20_000).toString('hex');
/** What only some configurations and some requests need, by a source of each. */
const PARSER = 'lib/sampling/config/parse-config-text.ts';
const LANGUAGES = 'lib/sampling/all-languages.ts';
const OBJECT_STORE = 'lib/aws/s3/object-store.ts';
/** Twice what Lambda allows a function for its start; a machine that tests on two cores is slower. */
const MAX_INIT_MS = 20_000;

const outdir = mkdtempSync(join(tmpdir(), 'tailgate-built-'));
const parameters = await ParameterStore.start();
let built: ReturnType<typeof buildFunctions>;
const processes: LambdaProcess[] = [];
let deployed: Deployed;
let engines: EngineAddresses;
let glue: GlueDatabase;
let compactFunction: LambdaProcess | undefined;
let readFunction: LambdaProcess | undefined;

beforeAll(async () => {
  built = buildFunctions(outdir, POLICIES);
  glue = await GlueDatabase.start();
  parameters.set('/tailgate/tailgate/policies', POLICIES);
  const stored = { hash: hashKey(KEY), createdAt: '2026-11-21T12:00:00.000Z' };
  parameters.set('/tailgate/tailgate/keys/abcd2345', JSON.stringify(stored));
  parameters.set('/tailgate/tailgate/read-keys/efgh2345', JSON.stringify({ ...stored, hash: hashKey(READ_KEY) }));
  deployed = await deploy(async (addresses) => {
    engines = addresses;
    const [ingest, decide, compact, read] = await Promise.all([
      start(built.Ingest, engines),
      start(built.Decide, engines),
      start(built.Compact, engines),
      start(built.Read, engines),
    ]);
    readFunction = read;
    compactFunction = compact;
    return {
      ingest: handlerOf<IngestHandler>(ingest),
      decide: handlerOf<(event: SQSEvent) => Promise<SQSBatchResponse>>(decide),
    };
  });
}, 120_000);

afterAll(async () => {
  await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
  await Promise.all([deployed?.stop(), parameters.stop(), glue?.stop()]);
  rmSync(outdir, { recursive: true });
});

/** With the variables of the stack, and the SDK's own for services that are somewhere else. */
async function start(code: BuiltFunction, { dynamoUrl, otherUrl, names }: EngineAddresses) {
  const local = (url: string) => url.replace(/^http:\/\/[^/]+/, otherUrl);
  const process = await startLambda({
    ...code,
    environment: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
      AWS_ENDPOINT_URL_SQS: otherUrl,
      AWS_ENDPOINT_URL_S3: otherUrl,
      AWS_ENDPOINT_URL_SSM: parameters.url,
      AWS_ENDPOINT_URL_GLUE: glue.url,
      TAILGATE_DATABASE: 'tailgate',
      TAILGATE_PIPELINE: 'tailgate',
      TAILGATE_TABLE: names.tableName,
      TAILGATE_BUCKET: names.bucket,
      TAILGATE_QUEUE_URL: local(names.queueUrl),
      TAILGATE_DEAD_LETTER_QUEUE_URL: local(names.deadLetterQueueUrl),
      TAILGATE_CONFIG_PARAMETER: '/tailgate/tailgate/policies',
      TAILGATE_KEYS_PATH: '/tailgate/tailgate/keys',
      TAILGATE_READ_KEYS_PATH: '/tailgate/tailgate/read-keys',
      TAILGATE_TRAINED_DICTIONARIES: '1',
    },
  });
  processes.push(process);
  return process;
}

function handlerOf<Handler extends (event: never) => Promise<unknown>>(lambda: LambdaProcess): Handler {
  const handle = async (event: Parameters<Handler>[0]) => {
    const { outcome, payload } = await lambda.invoke(event);
    if (outcome === 'error') throw new Error(`${JSON.stringify(payload)}\n${lambda.output()}`);
    return payload;
  };
  return handle as Handler;
}

describe('the functions as they are deployed', () => {
  it.each(['Ingest', 'Decide', 'Compact', 'Read'] as const)(
    '%s: a file, its parts that are loaded on demand, their source maps and the licences of what is in them',
    (name) => {
      const { codeDir } = built[name];
      const names = readdirSync(codeDir);
      const scripts = names.filter((file) => /^(?:index|part-\w+)\.mjs$/.test(file));
      expect(scripts).toContain('index.mjs');
      const maps = scripts.map((file) => `${file}.map`);
      const page = name === 'Read' ? ['page'] : [];
      expect(names.sort()).toEqual(['THIRD-PARTY-NOTICES.txt', ...page, ...scripts, ...maps].sort());
    },
  );

  it('are small: what is read at the start, with the parser, and with all but OTTL and RE2', () => {
    const ingest = new BundleFiles(built.Ingest.codeDir);
    expect(ingest.bytesFor(['index.mjs'])).toBeLessThan(400_000);
    expect(ingest.bytesFor(['index.mjs', ingest.fileOf(PARSER)])).toBeLessThan(560_000);
    const decide = new BundleFiles(built.Decide.codeDir);
    expect(decide.bytesFor(['index.mjs'])).toBeLessThan(450_000);
    const some = [PARSER, OBJECT_STORE].map((source) => decide.fileOf(source));
    expect(decide.bytesFor(['index.mjs', ...some])).toBeLessThan(750_000);
    const read = new BundleFiles(built.Read.codeDir);
    // 14,000 of it are what the start shares with explaining a trace; the rest of that is loaded on demand, as the parser is.
    expect(read.bytesFor(['index.mjs'])).toBeLessThan(715_000);
    expect(read.bytesFor(['index.mjs', read.fileOf(PARSER)])).toBeGreaterThan(read.bytesFor(['index.mjs']));
  });

  it('have nothing in them that is for development', () => {
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { devDependencies: object };
    for (const [name, { codeDir }] of Object.entries(built)) {
      const packages = new BundleFiles(codeDir)
        .sources()
        .flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
      expect(packages).toContain(name === 'Compact' ? 'hyparquet-writer' : 're2js');
      expect(packages.includes('hyparquet')).toBe(name === 'Compact' || name === 'Read');
      expect(Object.keys(devDependencies).filter((name) => packages.includes(name))).toEqual([]);
    }
  });

  it('start under the runtime interface client', () => {
    for (const { initMs } of processes) expect(initMs).toBeLessThan(MAX_INIT_MS);
  });

  it('refuse a request without a key, keep a trace with an error and leave out another', async () => {
    const request = exportRequest([
      { trace: 'a', span: 'a1', error: true },
      { trace: 'b', span: 'b1' },
    ]);
    expect(await deployed.send(request)).toBe(401);
    expect(await deployed.send(request, { 'x-api-key': KEY })).toBe(200);
    await deployed.decideNext();
    const kept = await deployed.archive();
    expect(kept.flatMap(({ lines }) => lines.map((line) => line.trace_id))).toEqual([traceIdOf('a')]);
  });

  it('show the kept trace on a page, and to those with a read key', async () => {
    const get = async (target: string, key?: string) => {
      const headers: Record<string, string> = key === undefined ? {} : { 'x-api-key': key };
      if (readFunction === undefined) throw new Error('the read function has not started');
      const { payload } = await readFunction.invoke(httpEvent({ method: 'GET', path: target, headers }));
      const { statusCode, body } = payload as { statusCode: number; body: string };
      return { status: statusCode, text: Buffer.from(body, 'base64').toString() };
    };
    expect(await get('/')).toMatchObject({ status: 200, text: expect.stringContaining('<div id="app">') });
    expect((await get('/page/main.js')).text.length).toBeGreaterThan(50_000);
    expect((await get('/page/../index.mjs')).status).toBe(404);
    expect((await get('/api/services', KEY)).status).toBe(401);
    const { status, text } = await get('/api/traces?from=1970-01-01', READ_KEY);
    expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining(traceIdOf('a')) });
    // Without a window, so that the decision record alone says where it is.
    expect((await get(`/api/traces/${traceIdOf('a')}`, READ_KEY)).status).toBe(200);
    expect((await get(`/jaeger/api/traces/${traceIdOf('b')}`, READ_KEY)).status).toBe(404);
    // With the policies, which are loaded for it.
    const explained = async (id: string) =>
      JSON.parse((await get(`/api/traces/${traceIdOf(id)}/explanation`, READ_KEY)).text);
    expect(await explained('a')).toMatchObject({ state: 'kept', objects: [{ state: 'written' }] });
    const left = await explained('b');
    expect(left).toMatchObject({ resourceSpans: [{}], as_of_now: { outcome: 'not_sampled' }, arrivals: [{}] });
    expect(left.votes.map(({ vote }: { vote: string }) => vote)).toContain('not_sampled');
    expect((await get(`/api/traces/${traceIdOf('b')}/explanation`)).status).toBe(401);
    expect(await deployed.send(exportRequest([{ trace: 'z', span: 'z1' }]), { 'x-api-key': READ_KEY })).toBe(401);
  });

  it('take a request without the client of S3, and without OTTL and RE2', async () => {
    const codeDir = join(outdir, 'without');
    cpSync(built.Ingest.codeDir, codeDir, { recursive: true });
    const files = new BundleFiles(codeDir);
    for (const source of [LANGUAGES, OBJECT_STORE]) rmSync(join(codeDir, files.fileOf(source)));
    const without = await start({ ...built.Ingest, codeDir }, engines);
    const body = exportRequest([{ trace: 'c', span: 'c1' }]);
    const headers = { 'content-type': 'application/x-protobuf', 'x-api-key': KEY };
    expect(await without.invoke(httpEvent({ body, headers }))).toMatchObject({ payload: { statusCode: 200 } });
  });

  it('load the client of S3 for a fragment that spills, in both', async () => {
    const request = exportRequest([{ trace: 'd', span: 'd1', error: true, name: LARGE_NAME }]);
    expect(await deployed.send(request, { 'x-api-key': KEY })).toBe(200);
    expect(await deployed.spilled()).toHaveLength(1);
    await deployed.decideNext();
    const kept = await deployed.archive();
    expect(kept.flatMap(({ lines }) => lines.map((line) => line.trace_id))).toContain(traceIdOf('d'));
  });

  it('load OTTL and RE2 for a configuration that needs them', async () => {
    const condition = `{ name: ottl, type: ottl_condition, ottl_condition: { error_mode: ignore, span: ['name == "x"'] } }`;
    parameters.set('/tailgate/tailgate/policies', `decision_wait: 0s\npolicies: [${condition}]`);
    const fresh = await start(built.Ingest, engines);
    const body = exportRequest([{ trace: 'e', span: 'e1' }]);
    const headers = { 'content-type': 'application/x-protobuf', 'x-api-key': KEY };
    expect(await fresh.invoke(httpEvent({ body, headers }))).toMatchObject({ payload: { statusCode: 200 } });
    expect(fresh.output()).toContain('"configuration in use"');
    parameters.set('/tailgate/tailgate/policies', POLICIES);
  });

  it('close settled hours, and say so in the catalogue', async () => {
    const outcome = await compactFunction?.invoke({});
    expect(outcome).toMatchObject({ outcome: 'response' });
    const closing = compactedHoursOf(glue.parameters('compacted_hours')).closing;
    expect(Date.parse(`${closing?.before}:00:00Z`)).toBeGreaterThan(Date.now() - 3 * 3_600_000);
    expect(compactFunction?.output()).toContain('"publication":"written"');
  });
});
