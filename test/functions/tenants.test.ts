import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoredKeys } from '../../functions/ingest/keys.ts';
import { fixedConfig } from '../../functions/shared/live-config.ts';
import { createIngestKey, hashKey } from '../../lib/aws/ssm/ingest-key.ts';
import { KeyParameters } from '../../lib/aws/ssm/ingest-keys.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import type { ArchivedLine } from '../pipeline/world.ts';
import { exportRequest, type SpanSpec, spanIdOf, traceIdOf } from '../support/export-request.ts';
import { ParameterStore } from '../support/parameter-store.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { type Deployed, deploy } from './support/deployed.ts';

const POLICIES = `decision_wait: 0s
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: few, type: and, and: { and_sub_policy: [
      { name: payment, type: string_attribute, string_attribute: { key: service.name, values: [payment] } },
      { name: limit, type: rate_limiting, rate_limiting: { spans_per_second: 1, burst_capacity: 1 } } ] } }`;
const TENANTS = ['shop', 'bank', 'mail'] as const;
const PATH = '/tailgate/all/keys';

const keys = Object.fromEntries(TENANTS.map((tenant) => [tenant, createIngestKey()]));
const log = new RecordingLog();
let store: ParameterStore;
let tailgate: Deployed;

beforeAll(async () => {
  store = await ParameterStore.start();
  for (const [tenant, { id, key }] of Object.entries(keys)) {
    store.set(`${PATH}/${id}`, JSON.stringify({ hash: hashKey(key), tenant }));
  }
  const clock = new SystemClock();
  const parameters = new KeyParameters({ client: store.client(), path: PATH, clock });
  const stored = new StoredKeys({ parameters, clock, log }, { hasTenants: true });
  const parsed = parseSamplingConfig(POLICIES);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  tailgate = await deploy({
    config: fixedConfig(parsed.config),
    authorize: (headers) => stored.authorize(headers),
    log,
  });
});
afterAll(async () => {
  await tailgate.stop();
  await store.stop();
});

async function send(tenant: string, spans: readonly SpanSpec[]): Promise<void> {
  expect(await tailgate.send(exportRequest(spans), { 'x-api-key': keys[tenant]?.key ?? '' })).toBe(200);
}

/** `<tenant> <span>` of all spans of a trace in the archive; the tenant is what the key of the object says. */
async function kept(traceId: string): Promise<string[]> {
  return (await tailgate.archive())
    .flatMap(({ key, lines }) => {
      const tenant = /^traces\/tenant=(\w+)\/dt=[\d-]{10}\/hour=\d\d\/traces_/.exec(key)?.[1] ?? key;
      return lines
        .filter((line) => line.trace_id === traceId)
        .flatMap((line) => spanIds(line).map((id) => `${tenant} ${id}`));
    })
    .sort();
}

function spanIds(line: ArchivedLine): string[] {
  return line.resourceSpans.flatMap((resource) =>
    resource.scopeSpans.flatMap((scope) => scope.spans.map(({ spanId }) => spanId)),
  );
}

describe('tenants that use the same trace ID', () => {
  it('get decisions and archive partitions of their own', async () => {
    const trace = 'aa';
    await send('shop', [{ trace, span: '1' }]);
    await send('bank', [{ trace, span: '2', error: true }]);
    await send('shop', [{ trace, span: '3', parent: '1' }]);
    await tailgate.decideNext();
    expect(await kept(traceIdOf(trace))).toEqual([`bank ${spanIdOf('2')}`]);

    await send('shop', [{ trace, span: '4', parent: '1', error: true }]);
    await tailgate.decideNext();
    expect(await kept(traceIdOf(trace))).toEqual(['bank 2', 'shop 1', 'shop 3', 'shop 4'].map(padded));

    await send('bank', [{ trace, span: '5', parent: '2' }]);
    await tailgate.decideNext();
    expect(await kept(traceIdOf(trace))).toEqual(['bank 2', 'bank 5', 'shop 1', 'shop 3', 'shop 4'].map(padded));
  });

  it('have limits of their own', async () => {
    for (const tenant of ['shop', 'bank']) await send(tenant, [{ trace: 'bb', span: '1', service: 'payment' }]);
    await tailgate.decideNext();
    expect(await kept(traceIdOf('bb'))).toEqual(['bank 1', 'shop 1'].map(padded));
  });

  it('spill large fragments apart', async () => {
    const name = randomBytes(12_000).toString('base64');
    for (const tenant of ['shop', 'bank']) await send(tenant, [{ trace: 'cc', span: '1', name, error: true }]);
    expect(await tailgate.spilled()).toEqual([
      expect.stringMatching(`^spill/tenant=bank/${traceIdOf('cc')}/`),
      expect.stringMatching(`^spill/tenant=shop/${traceIdOf('cc')}/`),
    ]);
    await tailgate.decideNext();
    expect(await kept(traceIdOf('cc'))).toEqual(['bank 1', 'shop 1'].map(padded));
  });

  it('never mix, whatever they send in whatever order', { timeout: 120_000 }, async () => {
    let traces = 0;
    const request = fc.record({
      tenant: fc.constantFrom(...TENANTS),
      error: fc.boolean(),
      decideAfter: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 6 }), async (requests) => {
        traces += 1;
        const trace = `dd${traces}`;
        for (const [index, { tenant, error, decideAfter }] of requests.entries()) {
          await send(tenant, [{ trace, span: `${index + 1}`, error }]);
          if (decideAfter) await tailgate.decideNext(0);
        }
        await tailgate.decideNext(0);
        const failing = new Set(requests.filter(({ error }) => error).map(({ tenant }) => tenant));
        const expected = requests.flatMap(({ tenant }, index) =>
          failing.has(tenant) ? padded(`${tenant} ${index + 1}`) : [],
        );
        expect(await kept(traceIdOf(trace))).toEqual(expected.sort());
      }),
      { numRuns: 25 },
    );
  });
});

function padded(text: string): string {
  const [tenant, span = ''] = text.split(' ');
  return `${tenant} ${spanIdOf(span)}`;
}
