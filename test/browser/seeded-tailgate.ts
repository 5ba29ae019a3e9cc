import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The trace with so many spans that only those in sight can be on the page. */
export const LARGE = { traceId: 'b'.repeat(32), spans: 10_000 };
/** A trace whose names would run if the page took them for markup. */
export const HOSTILE = { traceId: 'c'.repeat(32), name: '<img src=x onerror="document.title=1">' };

/** Traces of a pipeline that keeps few. */
export const UNSAMPLED = 'd'.repeat(32);
export const DROPPED = 'e'.repeat(32);

export interface SeededTailgate {
  readonly url: string;
  stop(): Promise<void>;
}

/** `tailgate start` on the data of `tailgate demo`, and two traces of its own. */
export async function startSeededTailgate(): Promise<SeededTailgate> {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-page-'));
  await run('demo', '--traces', '300', '--data', join(folder, 'data'));
  const started = await start(folder, 'decision_wait: 0s\npolicies: [{ name: everything, type: always_sample }]');
  const { url } = started;
  await send(url, largeTrace());
  await send(url, [span(HOSTILE.traceId, 1, undefined, HOSTILE.name)]);
  for (const { traceId } of [LARGE, HOSTILE]) {
    while (!(await fetch(`${url}/api/traces/${traceId}`)).ok) await sleep(200);
  }
  return started;
}

const FEW = `
decision_wait: 4s
policies:
  - { name: no-health, type: drop, drop: { drop_sub_policy: [{ name: health, type: string_attribute, string_attribute: { key: service.name, values: [health] } }] } }
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: very-slow, type: latency, latency: { threshold_ms: 60000 } }
`;

export interface ChoosyTailgate extends SeededTailgate {
  /** Sends a trace that is kept four seconds later. */
  sendFailing(traceId: string): Promise<void>;
}

/** `tailgate start` with policies that keep few, which have looked at two traces. */
export async function startChoosyTailgate(): Promise<ChoosyTailgate> {
  const started = await start(mkdtempSync(join(tmpdir(), 'tailgate-choosy-')), FEW);
  const { url } = started;
  await send(url, [span(UNSAMPLED, 1, undefined, 'GET /cart')], 'gateway');
  await send(url, [span(UNSAMPLED, 2, 1, 'SELECT carts'), span(UNSAMPLED, 3, 2, 'parse')], 'cart');
  await send(url, [span(DROPPED, 1, undefined, 'GET /healthz')], 'health');
  for (const [traceId, state] of [[UNSAMPLED, 'not_sampled'] as const, [DROPPED, 'dropped'] as const]) {
    while ((await explanationOf(url, traceId)).state !== state) await sleep(200);
  }
  return {
    ...started,
    sendFailing: async (traceId) =>
      send(url, [{ ...span(traceId, 1, undefined, 'POST /pay'), status: { code: 2, message: 'no money' } }], 'payment'),
  };
}

async function explanationOf(url: string, traceId: string): Promise<{ readonly state: string }> {
  return (await fetch(`${url}/api/traces/${traceId}/explanation`)).json();
}

async function start(folder: string, policies: string): Promise<SeededTailgate> {
  const config = join(folder, 'policies.yaml');
  const data = join(folder, 'data');
  writeFileSync(config, policies);
  const child = spawn(
    process.execPath,
    ['bin/tailgate.mjs', 'start', '--port', '0', '--data', data, '--config', config],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const ready = /^ready (http:\S+)$/m.exec(output)?.[1];
      if (ready !== undefined) resolve(ready);
    });
    child.on('exit', () => reject(new Error(output)));
  });
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

async function run(...args: string[]): Promise<void> {
  const child = spawn(process.execPath, ['bin/tailgate.mjs', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`tailgate ${args.join(' ')} ended with ${code}`);
}

async function send(url: string, spans: readonly object[], service = 'batch'): Promise<void> {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (!response.ok) throw new Error(await response.text());
}

const idOf = (index: number): string => index.toString(16).padStart(16, '0');

/** One hundred steps with 99 spans each; the last of all fails. */
function largeTrace(): object[] {
  return Array.from({ length: LARGE.spans }, (_, index) => {
    const parent = index === 0 ? undefined : index % 100 === 0 ? 1 : index - (index % 100) + 1;
    const isLast = index === LARGE.spans - 1;
    const made = span(LARGE.traceId, index + 1, index === 0 ? undefined : parent, `step ${index}`);
    return isLast ? { ...made, status: { code: 2, message: 'the last step failed' } } : made;
  });
}

function span(traceId: string, id: number, parent: number | undefined, name: string): object {
  const start = BigInt(Date.now() - 60_000) * 1_000_000n + BigInt(id) * 1_000_000n;
  return {
    traceId,
    spanId: idOf(id),
    ...(parent !== undefined && { parentSpanId: idOf(parent) }),
    name,
    kind: 1,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + (parent === undefined ? 12_000_000_000n : 5_000_000n)),
    attributes: [{ key: 'index', value: { intValue: String(id) } }],
  };
}
