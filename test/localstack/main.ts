// The deployment on a cloud of this machine: the CDK's own command line deploys the app, exporters of OpenTelemetry send
// traces to the function URL, and what is kept is read back from the bucket. See docs/localstack.md.
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { hasPip } from '../support/pip-packages.ts';
import { run } from './command.ts';
import { type Deployment, deploy, STACK } from './deployment.ts';
import { startEngine } from './engine.ts';
import { invokeCompact } from './invoke-compact.ts';
import { keptTraces } from './kept-traces.ts';
import { lookAtTraces } from './look-at-traces.ts';
import { queriedTraces } from './queried-traces.ts';
import { sendTraces } from './sent-traces.ts';
import { deployTemplate } from './template-deployment.ts';

/** That of both engines. */
const ACCOUNT = '000000000000';
const SPANS_PER_TRACE = 2;
const TIMEOUT_MS = 90_000;

const POLICIES = `
decision_wait: 2s
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - name: some errors
    type: and
    and:
      and_sub_policy:
        - { name: error, type: status_code, status_code: { status_codes: [ERROR] } }
        - { name: few, type: rate_limiting, rate_limiting: { spans_per_second: 1 } }
`;

await using engine = await startEngine();
if (engine !== undefined) {
  const started = performance.now();
  const step = (what: string) =>
    console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}`);
  console.log(`deploying to ${engine.name}`);
  const deployment = await deploy(engine, ACCOUNT, POLICIES);
  step('cdk bootstrap, cdk deploy, tailgate keys create');

  const unauthorized = await fetch(`${deployment.ingestUrl}/v1/traces`, { method: 'POST' });
  assert.equal(unauthorized.status, 401, await unauthorized.text());
  step('a request without a key is refused');

  assert.equal((await postJson(deployment, '{}')).status, 200, 'JSON without compression is taken');
  const gzipped = await postJson(deployment, gzipSync('{}'), { 'content-encoding': 'gzip' });
  const answered = await gzipped.text();
  // Engines that hand over the bytes take it; AWS, as far as could be read, and MiniStack hand over text.
  if (gzipped.status !== 200) assert.equal(gzipped.status, 415, answered);
  if (gzipped.status !== 200) assert.match(answered, /OTEL_EXPORTER_OTLP_PROTOCOL=http\/protobuf/);
  step(`JSON is taken; with gzip it is answered ${gzipped.status}`);

  const { failed } = await sendTraces(deployment);
  step('traces sent by the OpenTelemetry SDK and acknowledged');

  const lines = await keptTraces(engine, deployment, failed.length * SPANS_PER_TRACE, TIMEOUT_MS);
  assert.deepEqual(
    [...new Set(lines.map((line) => line.trace_id))].sort(),
    failed.toSorted(),
    'traces with errors are kept',
  );
  assert.equal(
    lines.reduce((sum, line) => sum + line.span_count, 0),
    failed.length * SPANS_PER_TRACE,
    'once and whole',
  );
  assert.ok(lines.every((line) => line.sampling_policy === 'errors'));
  step('traces with errors are in the bucket, and no others');

  await lookAtTraces(engine, deployment, failed);
  step("the read function shows them to a read key, on a page and in Jaeger's API, and nothing to other keys");

  const queried = await queriedTraces(engine);
  if (queried !== undefined) {
    assert.deepEqual(queried, failed.toSorted(), 'tailgate query --stack finds them');
    step('tailgate query --stack finds them');
  }

  // The hour of the traces has not ended: this run closes the hours before it, by a change of the view in the catalogue.
  await invokeCompact(engine);
  const compacted = await run(process.execPath, ['bin/tailgate.mjs', 'compact', '--stack', STACK], engine);
  assert.match(compacted, /^next: up to before \d{4}-/m, 'tailgate compact sees what the function has changed');
  step('the compact function changes the view in the catalogue');

  const listed = await run(process.execPath, ['bin/tailgate.mjs', 'keys', 'list', '--stack', STACK], engine);
  assert.ok(listed.includes(deployment.key.split('_')[1] ?? ''), 'the key is listed');
  await run('cdk', ['destroy', '--force', '--app', deployment.app], engine);
  step('cdk destroy');

  if (hasPip()) {
    const pipeline = await deployTemplate(engine, POLICIES);
    step('the CloudFormation template deployed and changed with the AWS CLI, and a key made, as docs/deploy.md says');
    const sent = await sendTraces(pipeline);
    const kept = await keptTraces(engine, pipeline, sent.failed.length * SPANS_PER_TRACE, TIMEOUT_MS);
    assert.deepEqual([...new Set(kept.map((line) => line.trace_id))].sort(), sent.failed.toSorted());
    await invokeCompact(engine);
    step('it keeps traces with errors, and its compact function runs');
  } else console.log('SKIPPED: the CloudFormation template: no Python with pip for the AWS CLI');
  console.log('1 passed, 0 failed');
}

function postJson(
  { ingestUrl, key }: Deployment,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const all = { 'content-type': 'application/json', 'x-api-key': key, ...headers };
  return fetch(`${ingestUrl}/v1/traces`, { method: 'POST', headers: all, body });
}
