import { describe, expect, it } from 'vitest';
import { authorizeKeys } from '../../../functions/ingest/keys.ts';
import { UnavailableError } from '../../../lib/pipeline/ports.ts';
import { type ModelSpan, type ModelTrace, readerOf, writeArchive } from '../../read/model-archive.ts';
import { EPOCH_MS } from '../../support/build-trace.ts';
import { asking } from './ask.ts';
import { CHARGE, CHECKOUT, CHECKOUT_ROOT } from './checkout.ts';

const span: ModelSpan = {
  ...CHECKOUT_ROOT,
  attributes: { 'http.route': '/checkout', 'http.response.status_code': 500n },
};
const charge: ModelSpan = { ...CHARGE, endMs: 1500, attributes: { tier: 'gold' } };
const TRACES: readonly ModelTrace[] = [
  { traceId: CHECKOUT, policy: 'errors', weight: 1, claims: [[span, charge]] },
  { traceId: '1'.repeat(32), policy: 'sample', weight: 20, claims: [[{ ...span, startMs: 5000, endMs: 5010 }]] },
];
const archive = await writeArchive(TRACES);
const ask = asking(readerOf(archive));
const FROM = `from=${EPOCH_MS}&to=${EPOCH_MS + 3_600_000}`;

describe('GET /api', () => {
  it('finds traces by each of its parameters', async () => {
    const found = async (query: string) =>
      (await ask(`/api/traces?${FROM}&${query}`)).json.traces.map((one: { traceId: string }) => one.traceId);
    const both = ['1'.repeat(32), CHECKOUT];
    expect(await found('')).toEqual(both);
    expect(await found('order=slowest&limit=1')).toEqual([CHECKOUT]);
    for (const query of [
      'service=payment',
      'operation=charge',
      'kind=CLIENT',
      'spanStatus=ERROR',
      'status=ERROR',
      'policy=errors',
      'minDurationMs=500',
      'minSpanDurationMs=100&maxSpanDurationMs=500',
      'attribute=tier=gold',
      'attribute=span.tier=gold',
      'attribute=span.tier%3D~g.*&service=payment',
      'service=payment&service=none',
    ]) {
      expect(await found(query), query).toEqual([CHECKOUT]);
    }
    for (const query of [
      'rootService=gateway',
      'attribute=.http.response.status_code>=500',
      'attribute=resource.k8s.pod.name!=x',
    ]) {
      expect(await found(query), query).toEqual(both);
    }
    // Both of one span.
    expect(await found('service=gateway&operation=charge')).toEqual([]);
    expect(await found('attribute=resource.tier=gold')).toEqual([]);
  });

  it('answers with the summary of each trace', async () => {
    const { json } = await ask(`/api/traces?${FROM}&service=payment`);
    expect(json).toEqual({
      isComplete: true,
      missingHours: [],
      traces: [
        {
          traceId: CHECKOUT,
          rootService: 'gateway',
          rootName: 'POST /checkout',
          startTimeUnixNano: '1700000001000000000',
          endTimeUnixNano: '1700000001812500000',
          durationMs: 812.5,
          spanCount: 2,
          errorCount: 1,
          orphanCount: 0,
          status: 'ERROR',
          services: [
            { name: 'gateway', spanCount: 1, errorCount: 0 },
            { name: 'payment', spanCount: 1, errorCount: 1 },
          ],
          policy: 'errors',
          weight: 1,
          decidedAtMs: EPOCH_MS + 31_000,
          hour: '2023-11-14T22',
          matchedCount: 1,
          matched: [
            {
              spanId: charge.spanId,
              service: 'payment',
              name: 'charge',
              kind: 'CLIENT',
              startTimeUnixNano: '1700000001100000000',
              durationNanos: 400_000_000,
            },
          ],
        },
      ],
    });
  });

  it('answers with one trace', async () => {
    const { json } = await ask(`/api/traces/${CHECKOUT}?${FROM}`);
    expect(json.trace).toMatchObject({ traceId: CHECKOUT, source: 'lines', lines: [{ seq: 0, spanCount: 2 }] });
    expect(json.trace).not.toHaveProperty('spans');
    expect(
      json.trace.resourceSpans.map(
        (one: { scopeSpans: { spans: { name: string }[] }[] }) => one.scopeSpans[0]?.spans[0]?.name,
      ),
    ).toEqual(['POST /checkout', 'charge']);
    expect(json.trace.laterSpans).toEqual({});
    expect(await ask(`/api/traces/${'2'.repeat(32)}?${FROM}`)).toMatchObject({
      status: 404,
      json: { error: /was not kept/ },
    });
  });

  it('counts', async () => {
    expect((await ask(`/api/services?${FROM}`)).json.services).toEqual(['gateway', 'payment']);
    expect((await ask(`/api/operations?${FROM}&service=payment`)).json.operations).toEqual([
      { name: 'charge', kind: 'CLIENT' },
    ]);
    expect((await ask(`/api/tags?${FROM}`)).json.tags).toEqual({
      span: ['http.response.status_code', 'http.route', 'tier'],
      resource: ['k8s.pod.name', 'service.name'],
    });
    expect((await ask(`/api/tags/http.response.status_code/values?${FROM}`)).json.values).toEqual([
      { type: 'int', value: '500' },
    ]);
    expect((await ask(`/api/tags/k8s.pod.name/values?${FROM}&scope=span`)).json.values).toEqual([]);
    expect((await ask(`/api/tags/service/values?${FROM}`)).json.values).toEqual([
      { type: 'string', value: 'gateway' },
      { type: 'string', value: 'payment' },
    ]);
    expect((await ask(`/api/dependencies?${FROM}`)).json.dependencies).toMatchObject([
      { parent: 'gateway', child: 'payment', keptCalls: 1, keptErrors: 1 },
    ]);
    expect((await ask(`/api/policies?${FROM}`)).json.policies).toMatchObject([
      { policy: 'errors', traces: 1, estimatedTraces: 1 },
      { policy: 'sample', traces: 1, estimatedTraces: 20 },
    ]);
    expect((await ask(`/api/red?${FROM}&step=60&by=operation`)).json.points).toMatchObject([
      {
        startMs: 1_699_999_980_000,
        service: 'gateway',
        operation: 'POST /checkout',
        keptRequests: 2,
        estimatedRequests: 21,
        p50Ms: 10,
        p99Ms: 812.5,
      },
    ]);
  });

  it('names what it does not understand', async () => {
    for (const [target, error] of [
      ['/api/traces?from=yesterday', /^from must be a time, got "yesterday"/],
      ['/api/traces?limit=0', /^limit must be a number from 1 to/],
      ['/api/traces?order=best', /^order must be one of newest, slowest, got "best"/],
      ['/api/traces?attribute=tier', /^attribute must be a key, one of .* and a value/],
      ['/api/traces?attribute=tier=~(', /regular expression of RE2/],
      ['/api/traces?attribute=.=x', /^the key of an attribute must not be empty/],
      ['/api/traces?attribute=span.=x', /^the key of an attribute must not be empty/],
      ['/api/traces?attribute=tier%20=%20gold', /^the key of an attribute must not .* end with a space/],
      ['/api/tags/%00/values', /^the key of an attribute must not .* have control characters/],
      ['/api/tags/tier/values?scope=trace', /^scope must be one of span, resource, got "trace"/],
      ['/api/traces?attribute=tier>x', /^> takes a number, got "x"/],
      ['/api/traces/xyz', /^a trace ID has up to 32 hex digits, got "xyz"/],
      ['/api/traces/%zz', /is not a path/],
      ['/api/red?from=-90d&step=1', /^step must be/],
      [
        '/api/traces?minDuration=5',
        /^no parameter "minDuration"; did you mean "minDurationMs"\?\. There are from, to, service/,
      ],
      ['/api/services?service=cart', /^no parameter "service"\. There are from, to$/],
    ] as const) {
      const { status, json } = await ask(target);
      expect({ target, status, error: json.error }).toEqual({
        target,
        status: 400,
        error: expect.stringMatching(error),
      });
    }
    for (const name of ['nothing', 'constructor', '__proto__']) {
      expect(await ask(`/api/${name}`)).toMatchObject({ status: 404 });
    }
    expect(await ask('/api/traces', {}, 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it('asks for a read key, and shows the traces of its tenant alone', async () => {
    const readers: (string | undefined)[] = [];
    const deps = {
      authorize: authorizeKeys(['rk']),
      readers: (tenant: string | undefined) => {
        readers.push(tenant);
        return readerOf(archive);
      },
    };
    const withKeys = asking(readerOf(archive), deps);
    expect(await withKeys('/api/services')).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(readers).toEqual([]);
    expect(await withKeys('/api/services', { authorization: 'Bearer rk' })).toMatchObject({ status: 200 });
    const tenants = asking(readerOf(archive), { ...deps, authorize: async () => ({ tenant: 'acme' }) });
    await tenants('/api/services');
    expect(readers).toEqual([undefined, 'acme']);
  });

  it('says when the archive cannot be read', async () => {
    const listFolder = () => Promise.reject(new UnavailableError('slow down'));
    const store = { listFolder, get: async () => undefined, getRange: async () => undefined };
    expect(await asking(readerOf({ store }))(`/api/services`)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
    });
  });

  it('compresses long answers for those who accept it', async () => {
    const target = `/api/traces/${CHECKOUT}?${FROM}`;
    expect((await ask(target, { 'accept-encoding': 'br, gzip;q=0.5' })).headers).toMatchObject({
      'content-encoding': 'gzip',
    });
    expect((await ask(target, { 'accept-encoding': 'gzip;q=0' })).headers).not.toHaveProperty('content-encoding');
    expect((await ask(target)).headers).not.toHaveProperty('content-encoding');
  });
});
