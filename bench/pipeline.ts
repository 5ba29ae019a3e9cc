/**
 * `node bench/pipeline.ts`: the whole local pipeline. Sends the corpus over HTTP, as an SDK would, and waits until every trace
 * is decided: spans per second of wall time, from the first request to the last decision.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocal } from '../lib/local/start.ts';
import { regroup } from '../lib/otlp/regroup/regroup.ts';
import { parseSamplingConfig } from '../lib/sampling/config/parse-sampling-config.ts';
import { RecordingLog } from '../test/support/recording-log.ts';
import { corpus } from './corpus.ts';

const CONFIG = `
decision_wait: 0s
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: slow, type: latency, latency: { threshold_ms: 1000 } }
  - { name: sample-of-all, type: probabilistic, probabilistic: { sampling_percentage: 5 } }
`;
const EXPORTERS = 4;

const parsed = parseSamplingConfig(CONFIG);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
const requests = corpus('sdk', 40).map(({ protobuf }) => protobuf);
const regrouped = requests.map((request) => regroup(request));
const spanCount = regrouped.reduce((sum, request) => sum + request.spanCount, 0);
const traces = new Set(regrouped.flatMap((request) => request.fragments.map(({ traceId }) => traceId)));

const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-bench-'));
const log = new RecordingLog();
const tailgate = await startLocal({
  host: '127.0.0.1',
  port: 0,
  dataDir,
  config: parsed.config,
  keys: [],
  log,
  loopSettings: { batchWindowMs: 0 },
});
const start = performance.now();
const queue = requests.values();
await Promise.all(Array.from({ length: EXPORTERS }, () => exportAll()));
const accepted = performance.now();
await log.until(() => log.total('received') >= traces.size);
const decided = performance.now();
await tailgate.stop();
rmSync(dataDir, { recursive: true });

const perSecond = (endMs: number) => Math.round(spanCount / ((endMs - start) / 1000)).toLocaleString('en');
console.log(
  `the local pipeline on ${requests.length} requests, ${spanCount} spans, ${traces.size} traces (wall time, Node ${process.version})`,
);
console.log(`  made durable and acknowledged     ${perSecond(accepted).padStart(12)} spans/s`);
console.log(`  decided, kept ones archived       ${perSecond(decided).padStart(12)} spans/s`);

async function exportAll(): Promise<void> {
  for (const body of queue) {
    const headers = { 'content-type': 'application/x-protobuf' };
    const answer = await fetch(`${tailgate.url}/v1/traces`, { method: 'POST', headers, body: new Uint8Array(body) });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  }
}
