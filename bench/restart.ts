/**
 * `node bin/run.mjs bench/restart.ts [SPANS]`: how long `tailgate start` takes until its first answer, on an empty folder and
 * after `kill -9` with a million spans that wait for their decision.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TailgateProcess } from '../test/soak/tailgate-process.ts';
import { endlessRequests } from '../test/soak/traffic.ts';

const spanCount = Number(process.argv[2] ?? 1_000_000);
const EXPORTERS = 8;

const root = mkdtempSync(join(tmpdir(), 'tailgate-restart-'));
const config = join(root, 'restart.yaml');
writeFileSync(
  config,
  'decision_wait: 10m\npolicies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]',
);
const options = ['--data', join(root, 'data'), '--config', config];
const requests = endlessRequests();

try {
  const first = await startAndSend('on an empty folder');
  let sent = 0;
  const exportAll = async () => {
    while (sent < spanCount) {
      const request = requests.next().value;
      sent += request.spanCount;
      await send(first.url, request.body);
    }
  };
  await Promise.all(Array.from({ length: EXPORTERS }, exportAll));
  await first.tailgate.stop('SIGKILL');
  const megabytes = Math.round(statSync(join(root, 'data/buffer.db')).size / 1e6);
  const again = await startAndSend(`after kill -9 with ${sent.toLocaleString('en')} waiting spans (${megabytes} MB)`);
  await again.tailgate.stop();
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** Prints the time from the start of the process to the answer to its first request with spans. */
async function startAndSend(what: string) {
  const { body } = requests.next().value;
  const started = performance.now();
  const tailgate = new TailgateProcess(...options);
  const url = await tailgate.url;
  await send(url, body);
  console.log(`first answer ${what}: ${Math.round(performance.now() - started)} ms`);
  return { tailgate, url };
}

async function send(url: string, body: Uint8Array): Promise<void> {
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
  const answer = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body: new Uint8Array(body) });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`answered with ${answer.status}`);
}
