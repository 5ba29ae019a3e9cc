import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
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
import { type Deployed, deploy, type EngineAddresses } from './support/deployed.ts';

const POLICIES =
  'decision_wait: 0s\npolicies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]';
const KEY = `tg_abcd2345_${'k'.repeat(32)}`;
const MAX_BYTES = 1024 * 1024;
/** Twice what Lambda allows a function for its start; a machine that tests on two cores is slower. */
const MAX_INIT_MS = 20_000;

const outdir = mkdtempSync(join(tmpdir(), 'tailgate-built-'));
const parameters = await ParameterStore.start();
let built: ReturnType<typeof buildFunctions>;
const processes: LambdaProcess[] = [];
let deployed: Deployed;
let glue: GlueDatabase;
let compactFunction: LambdaProcess | undefined;

beforeAll(async () => {
  built = buildFunctions(outdir, POLICIES);
  glue = await GlueDatabase.start();
  parameters.set('/tailgate/tailgate/policies', POLICIES);
  const stored = { hash: hashKey(KEY), createdAt: '2026-11-21T12:00:00.000Z' };
  parameters.set('/tailgate/tailgate/keys/abcd2345', JSON.stringify(stored));
  deployed = await deploy(async (engines) => {
    const [ingest, decide, compact] = await Promise.all([
      start(built.Ingest, engines),
      start(built.Decide, engines),
      start(built.Compact, engines),
    ]);
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
  it.each(['Ingest', 'Decide', 'Compact'] as const)(
    '%s: one file of less than a megabyte, its source map and the licences of what is in it',
    (name) => {
      const { codeDir } = built[name];
      expect(readdirSync(codeDir).sort()).toEqual(['THIRD-PARTY-NOTICES.txt', 'index.mjs', 'index.mjs.map']);
      expect(statSync(join(codeDir, 'index.mjs')).size).toBeLessThan(MAX_BYTES);
    },
  );

  it('have nothing in them that is for development', () => {
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { devDependencies: object };
    for (const [name, { codeDir }] of Object.entries(built)) {
      const { sources } = JSON.parse(readFileSync(join(codeDir, 'index.mjs.map'), 'utf8')) as { sources: string[] };
      const packages = sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
      expect(packages).toContain(name === 'Compact' ? 'hyparquet-writer' : 're2js');
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

  it('close settled hours, and say so in the catalogue', async () => {
    const outcome = await compactFunction?.invoke({});
    expect(outcome).toMatchObject({ outcome: 'response' });
    const closing = compactedHoursOf(glue.parameters('compacted_hours')).closing;
    expect(Date.parse(`${closing?.before}:00:00Z`)).toBeGreaterThan(Date.now() - 3 * 3_600_000);
    expect(compactFunction?.output()).toContain('"publication":"written"');
  });
});
