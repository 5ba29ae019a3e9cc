import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadTrace } from '../../../../lib/read/read-trace.ts';
import type { TraceReader } from '../../../../lib/read/trace-reader.ts';
import {
  type ModelSpan,
  type ModelTrace,
  modelTraces,
  readerOf,
  spansOf,
  writeArchive,
} from '../../../read/model-archive.ts';
import { EPOCH_MS } from '../../../support/build-trace.ts';
import { asking } from '../ask.ts';
import { CHARGE, CHECKOUT, CHECKOUT_ROOT, ORPHAN } from '../checkout.ts';
import { TEMPO } from './tempo-proto.ts';

const ID = CHECKOUT;
const OTHER = `00000000${'1'.repeat(24)}`;
const root: ModelSpan = {
  ...CHECKOUT_ROOT,
  attributes: { 'http.route': '/checkout', retries: 2n, 'app.price': 9.5, cached: true, 'a/b': ['x', 1n] },
};
const charge: ModelSpan = { ...CHARGE, attributes: { tier: 'gold' } };
const orphan: ModelSpan = { ...ORPHAN, attributes: { tier: 'gold' } };
const TRACES: readonly ModelTrace[] = [
  { traceId: ID, policy: 'errors', weight: 2.4, claims: [[root, charge], [orphan]] },
  { traceId: OTHER, policy: 'sample', weight: 20, claims: [[{ ...root, startMs: 5000, endMs: 5000.5 }]] },
];
const archive = await writeArchive(TRACES);
const reader = readerOf(archive);
const ask = asking(reader);
const SECONDS = EPOCH_MS / 1000;
const WINDOW = `start=${SECONDS}&end=${SECONDS + 3600}`;
const search = (parameters: Readonly<Record<string, string>>) =>
  ask(`/tempo/api/search?${WINDOW}&${new URLSearchParams(parameters)}`);

type Json = Readonly<Record<string, unknown>>;

/** The answer as a client that was generated from the definitions reads it: nothing of it is lost. */
function readAs(message: string, json: Json): Json {
  const type = TEMPO.lookupType(message);
  const read = type.decode(type.encode(type.fromObject(json)).finish());
  expect(
    type.toObject(read, { longs: String, enums: String, bytes: String, arrays: true, defaults: true }),
  ).toMatchObject(json);
  return json;
}

/** Protobuf as plain objects, without fields that have their default value; bytes in base64. */
function decoded(message: string, body: Uint8Array) {
  return TEMPO.lookupType(message).toObject(TEMPO.lookupType(message).decode(body), {
    longs: String,
    bytes: String,
    enums: String,
  });
}

describe("Tempo's search", () => {
  it('answers as SearchResponse', async () => {
    const { status, headers, json } = await search({ q: '{ resource.service.name = "payment" }' });
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/json' });
    const attributes = [{ key: 'service.name', value: { stringValue: 'payment' } }];
    const spanSet = {
      spans: [
        {
          spanID: charge.spanId,
          name: 'charge',
          startTimeUnixNano: '1700000001100000000',
          durationNanos: '400250000',
          attributes,
        },
        {
          spanID: orphan.spanId,
          name: 'charge',
          startTimeUnixNano: '1700000001100000000',
          durationNanos: '0',
          attributes,
        },
      ],
      matched: 2,
    };
    expect(readAs('SearchResponse', json)).toEqual({
      traces: [
        {
          traceID: ID,
          rootServiceName: 'gateway',
          rootTraceName: 'POST /checkout',
          startTimeUnixNano: '1700000001000000000',
          durationMs: 812,
          spanSet,
          spanSets: [spanSet],
          serviceStats: { gateway: { spanCount: 1 }, payment: { spanCount: 2, errorCount: 1 } },
        },
      ],
      metrics: { completedJobs: 1, totalJobs: 1 },
    });
  });

  it('has the newest first, all that is asked for, and what is shorter than a millisecond without a duration', async () => {
    const ids = async (parameters: Readonly<Record<string, string>>) =>
      (await search(parameters)).json.traces.map(({ traceID }: { traceID: string }) => traceID);
    expect(await ids({})).toEqual([OTHER, ID]);
    expect(await ids({ q: '{}' })).toEqual([OTHER, ID]);
    expect(await ids({ q: '{}', limit: '1' })).toEqual([OTHER]);
    expect((await search({ q: '{}', limit: '1' })).json.traces[0]).not.toHaveProperty('durationMs');
    expect(await ids({ q: '{ } | count() > 1' })).toEqual([ID]);
    // As Grafana's and Perses' forms write them.
    expect(await ids({ q: '{resource.service.name="payment" && (status=ok || status=error)}' })).toEqual([ID]);
    expect(await ids({ q: '{ resource.service.name =~ "gate.*|cart" && duration >= 800ms }' })).toEqual([ID]);
    // On one span, and not here on the one and there on the other.
    expect(await ids({ q: '{ resource.service.name = "gateway" && span.tier = "gold" }' })).toEqual([]);
    expect(await ids({ q: '{ .cached = true && traceDuration < 10ms }' })).toEqual([OTHER]);
    const { json } = await search({ q: '{ name = "charge" }', spss: '1' });
    expect(json.traces[0].spanSets[0]).toMatchObject({ matched: 2, spans: [{ spanID: charge.spanId }] });
    expect((await ask(`/tempo/api/search?start=${SECONDS + 3}&end=${SECONDS + 9}`)).json.traces).toHaveLength(1);
  });

  it('takes tags, as before TraceQL', async () => {
    const count = async (parameters: Readonly<Record<string, string>>) => (await search(parameters)).json.traces.length;
    for (const [tags, expected] of [
      ['', 2],
      ['service.name=GATE', 2],
      ['service.name=payment error=true', 1],
      ['name="post /check" http.route=CHECKOUT', 2],
      ['status.code=ok', 1],
      ['root.name=checkout root.service.name=way tier=gold', 1],
      ['http.route="a.*"', 0],
      ['retries=3', 0],
    ] as const) {
      expect({ tags, count: await count({ tags }) }).toEqual({ tags, count: expected });
    }
    expect(await count({ tags: 'service.name=gateway', minDuration: '100ms' })).toBe(1);
    expect(await count({ maxDuration: '0.1s' })).toBe(1);
  });

  it('says which hours it could not read', async () => {
    const late = { find: async () => ({ traces: [], isComplete: false, missingHours: ['2023-11-14T22'] }) };
    const { json } = await asking(late as unknown as TraceReader)('/tempo/api/search');
    expect(readAs('SearchResponse', json)).toEqual({ traces: [], metrics: { completedJobs: 1, totalJobs: 2 } });
  });

  it('refuses in plain text what it does not answer', async () => {
    for (const [parameters, message] of [
      [{ q: '{ status = error } >> { }' }, /^TraceQL, position 20: >> behind \{ … \} is not supported/],
      [{ q: '{} | rate()' }, /^TraceQL, position 6: \| rate\(…\) is not supported/],
      [{ q: '{ name =~ "(" }' }, /regular expression/],
      [{ q: '{}', tags: 'a=b' }, /^invalid request: can't specify tags and q/],
      [{ tags: 'a=b a=c' }, /^invalid tags: tag a has been set twice/],
      [{ tags: 'a="b' }, /^invalid tags: expected key=value at pos 1/],
      [{ tags: 'a="\\x"' }, /^invalid tags: /],
      [{ tags: 'status.code=2' }, /^invalid tags: status.code is/],
      [{ minDuration: 'long' }, /^invalid minDuration/],
      [{ limit: '0' }, /^expected a limit/],
      [{ spss: 'all' }, /^invalid spss/],
      [{ 'service.name': 'cart' }, /^no parameter "service.name"/],
    ] as const) {
      const { status, headers, body } = await search(parameters as Readonly<Record<string, string>>);
      const said = Buffer.from(body).toString('utf8');
      expect({ status, type: headers['content-type'], said }).toEqual({
        status: 400,
        type: 'text/plain; charset=utf-8',
        said: expect.stringMatching(message),
      });
    }
    expect((await ask('/tempo/api/search?start=9&end=9')).status).toBe(400);
    expect((await ask('/tempo/api/search?start=today')).status).toBe(400);
    expect((await ask('/tempo/api/metrics/query_range?q={}|rate()')).status).toBe(400);
    expect((await ask('/tempo/api/overrides')).status).toBe(404);
    expect((await ask('/tempo/api/v2/search')).status).toBe(404);
    expect((await ask('/tempo/api/v2/echo')).status).toBe(404);
  });
});

describe("Tempo's traces", () => {
  const base64 = (digits: string) => Buffer.from(digits, 'hex').toString('base64');
  const spansIn = (resourceSpans: ReadTrace['resourceSpans']) =>
    resourceSpans.flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans));

  it('come as JSON of protobuf: v1 as batches, v2 as a response', async () => {
    const v1 = await ask(`/tempo/api/traces/${ID}`);
    const [first] = v1.json.batches;
    expect(v1.json.batches).toHaveLength(3);
    expect(readAs('ResourceSpans', first)).toEqual({
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'gateway' } },
          { key: 'k8s.pod.name', value: { stringValue: 'gateway-1' } },
        ],
      },
      scopeSpans: [
        {
          scope: { name: 'test' },
          spans: [
            {
              traceId: base64(ID),
              spanId: base64(root.spanId),
              name: 'POST /checkout',
              kind: 'SPAN_KIND_SERVER',
              startTimeUnixNano: '1700000001000000000',
              endTimeUnixNano: '1700000001812500000',
              status: {},
              attributes: [
                { key: 'http.route', value: { stringValue: '/checkout' } },
                { key: 'retries', value: { intValue: '2' } },
                { key: 'app.price', value: { doubleValue: 9.5 } },
                { key: 'cached', value: { boolValue: true } },
                { key: 'a/b', value: { arrayValue: { values: [{ stringValue: 'x' }, { intValue: '1' }] } } },
              ],
            },
          ],
        },
      ],
    });
    const spans = spansIn(v1.json.batches);
    expect(spans[1]).toMatchObject({ parentSpanId: base64(root.spanId), status: { code: 'STATUS_CODE_ERROR' } });
    expect(spans[2]).toMatchObject({ status: { code: 'STATUS_CODE_OK' } });

    const v2 = await ask(`/tempo/api/v2/traces/${ID}`);
    expect(readAs('TraceByIDResponse', v2.json)).toEqual({ trace: { resourceSpans: v1.json.batches }, metrics: {} });
  });

  it('come as protobuf to those who accept it', async () => {
    const accept = { accept: 'application/protobuf' };
    const { json } = await ask(`/tempo/api/traces/${ID}`);
    const v1 = await ask(`/tempo/api/traces/${ID}`, accept);
    expect(v1.headers['content-type']).toBe('application/protobuf');
    const trace = decoded('Trace', v1.body);
    expect(trace).toEqual(
      decoded(
        'Trace',
        TEMPO.lookupType('Trace')
          .encode(TEMPO.lookupType('Trace').fromObject({ resourceSpans: json.batches }))
          .finish(),
      ),
    );
    expect(spansIn(trace['resourceSpans'])).toHaveLength(3);
    const v2 = await ask(`/tempo/api/v2/traces/${ID}`, { accept: 'application/protobuf, application/json' });
    expect(decoded('TraceByIDResponse', v2.body)).toEqual({ trace });
  });

  it('are the same in each form, whatever is in them', async () => {
    await fc.assert(
      fc.asyncProperty(modelTraces, async (traces) => {
        const asked = asking(readerOf(await writeArchive(traces)));
        const type = TEMPO.lookupType('Trace');
        for (const trace of traces.slice(0, 3)) {
          const path = `/tempo/api/v2/traces/${trace.traceId}?start=${SECONDS - 3600}&end=${SECONDS + 20_000}`;
          const { json } = await asked(path);
          const { body } = await asked(path, { accept: 'application/protobuf' });
          const [ofJson, { trace: ofProtobuf }] = [json.trace, decoded('TraceByIDResponse', body)];
          expect(ofProtobuf).toEqual(decoded('Trace', type.encode(type.fromObject(ofJson)).finish()));
          expect(spansIn(ofJson.resourceSpans)).toHaveLength(spansOf(trace).length);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('say that they are partial when hours could not be read', async () => {
    const { trace } = await reader.get(ID, { fromMs: EPOCH_MS });
    const hasty = asking({
      get: async () => ({ trace, isComplete: false, missingHours: ['2023-11-14T22'] }),
    } as unknown as TraceReader);
    const partial = { status: 'PARTIAL', message: expect.stringMatching(/ask again/) };
    expect((await hasty(`/tempo/api/v2/traces/${ID}`)).json).toMatchObject(partial);
    const { body } = await hasty(`/tempo/api/v2/traces/${ID}`, { accept: 'application/protobuf' });
    expect(decoded('TraceByIDResponse', body)).toMatchObject(partial);
  });

  it('have links with IDs in base64, and keep kinds that have no name', async () => {
    const { trace } = await reader.get(ID, { fromMs: EPOCH_MS });
    const link = { traceId: ID, spanId: charge.spanId, attributes: [] };
    const span = { traceId: ID, spanId: root.spanId, kind: 9, links: [link, {}] };
    const odd = { ...trace, resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
    const one = asking({
      get: async () => ({ trace: odd, isComplete: true, missingHours: [] }),
    } as unknown as TraceReader);
    expect(spansIn((await one(`/tempo/api/traces/${ID}`)).json.batches)).toEqual([
      {
        traceId: base64(ID),
        spanId: base64(root.spanId),
        kind: 9,
        links: [{ traceId: base64(ID), spanId: base64(charge.spanId), attributes: [] }, {}],
      },
    ]);
  });

  it('are found by their ID without zeros, in either case, in a window of seconds', async () => {
    expect((await ask(`/tempo/api/v2/traces/${'1'.repeat(24)}`)).status).toBe(200);
    expect((await ask(`/tempo/api/traces/${ID.toUpperCase()}?${WINDOW}`)).status).toBe(200);
  });

  it('are 404 when they are not kept, and 400 when it is no ID', async () => {
    for (const path of ['traces', 'v2/traces']) {
      const { status, body } = await ask(`/tempo/api/${path}/${'2'.repeat(32)}`, { accept: 'application/protobuf' });
      expect({ status, said: String(Buffer.from(body)) }).toEqual({
        status: 404,
        said: expect.stringMatching(/was not kept/),
      });
      expect((await ask(`/tempo/api/${path}/xyz`)).status).toBe(400);
      expect((await ask(`/tempo/api/${path}/${ID}?q={}`)).status).toBe(400);
    }
  });
});

describe("Tempo's tags", () => {
  const INTRINSICS = expect.arrayContaining(['name', 'status', 'duration', 'span:name', 'trace:rootService']);

  it('are listed by scope', async () => {
    const { json } = await ask(`/tempo/api/v2/search/tags?${WINDOW}&limit=5000`);
    expect(readAs('SearchTagsV2Response', json)).toEqual({
      scopes: [
        { name: 'resource', tags: ['k8s.pod.name', 'service.name'] },
        { name: 'span', tags: ['a/b', 'app.price', 'cached', 'http.route', 'retries', 'tier'] },
        { name: 'intrinsic', tags: INTRINSICS },
      ],
      metrics: {},
    });
    const of = async (query: string) => (await ask(`/tempo/api/v2/search/tags?${WINDOW}&${query}`)).json.scopes;
    expect(await of('scope=resource&limit=1&maxStaleValues=9')).toEqual([{ name: 'resource', tags: ['k8s.pod.name'] }]);
    expect(await of('scope=intrinsic')).toEqual([{ name: 'intrinsic', tags: INTRINSICS }]);
    expect(await of('scope=event')).toEqual([]);
    expect(await of('scope=span&q={span:kind=client}')).toEqual([{ name: 'span', tags: ['tier'] }]);
    expect((await ask('/tempo/api/v2/search/tags?scope=all%20of%20it')).status).toBe(400);
  });

  it('are listed without scopes in v1', async () => {
    const { json } = await ask(`/tempo/api/search/tags?${WINDOW}`);
    expect(readAs('SearchTagsResponse', json)).toEqual({
      tagNames: ['k8s.pod.name', 'service.name', 'a/b', 'app.price', 'cached', 'http.route', 'retries', 'tier'],
      metrics: {},
    });
    expect((await ask(`/tempo/api/search/tags?${WINDOW}&scope=intrinsic`)).json.tagNames).toEqual(INTRINSICS);
  });

  it('have values with their types', async () => {
    const values = async (tag: string, query = '') => {
      const { json } = await ask(`/tempo/api/v2/search/tag/${encodeURIComponent(tag)}/values?${WINDOW}&${query}`);
      return readAs('SearchTagValuesV2Response', json)['tagValues'];
    };
    expect(await values('resource.service.name')).toEqual([
      { type: 'string', value: 'gateway' },
      { type: 'string', value: 'payment' },
    ]);
    expect(await values('.service.name', 'limit=1')).toEqual([{ type: 'string', value: 'gateway' }]);
    expect(await values('span.retries')).toEqual([{ type: 'int', value: '2' }]);
    expect(await values('span.a/b')).toHaveLength(1);
    expect(await values('name')).toEqual([
      { type: 'string', value: 'POST /checkout' },
      { type: 'string', value: 'charge' },
    ]);
    expect(await values('rootServiceName')).toEqual([{ type: 'string', value: 'gateway' }]);
    expect(await values('status')).toEqual(['unset', 'ok', 'error'].map((value) => ({ type: 'keyword', value })));
    expect(await values('span:kind')).toContainEqual({ type: 'keyword', value: 'server' });
    expect(await values('duration')).toEqual([]);
    // Limited to spans that fulfil a query; one that is being written limits nothing.
    const q = (query: string) => `q=${encodeURIComponent(query)}`;
    expect(await values('name', q('{ kind = client }'))).toEqual([{ type: 'string', value: 'charge' }]);
    expect(await values('resource.service.name', q('{ name = "charge" }'))).toEqual([
      { type: 'string', value: 'payment' },
    ]);
    expect(await values('.cached', q('{ duration > 100ms }'))).toEqual([{ type: 'bool', value: 'true' }]);
    expect(await values('rootName', q('{ status = error }'))).toEqual([{ type: 'string', value: 'POST /checkout' }]);
    expect(await values('statusMessage', q('{ status = error }'))).toEqual([]);
    expect(await values('name', q('{ kind = '))).toHaveLength(2);
    for (const tag of ['http.route', 'event.name', 'name name', '.a = 1', '']) {
      expect((await ask(`/tempo/api/v2/search/tag/${encodeURIComponent(tag)}/values?${WINDOW}`)).status).toBe(400);
    }
  });

  it('have values as texts in v1', async () => {
    const values = async (tag: string) => (await ask(`/tempo/api/search/tag/${tag}/values?${WINDOW}`)).json;
    expect(readAs('SearchTagValuesResponse', await values('service.name'))).toEqual({
      tagValues: ['gateway', 'payment'],
      metrics: {},
    });
    expect((await values('status.code')).tagValues).toEqual(['unset', 'ok', 'error']);
    expect((await values('a/b')).tagValues).toHaveLength(1);
    expect((await values('root.name')).tagValues).toEqual(['POST /checkout']);
  });
});

describe("what Grafana's data source asks first", () => {
  it('is answered', async () => {
    const echo = await ask('/tempo/api/echo');
    expect({ status: echo.status, said: String(Buffer.from(echo.body)) }).toEqual({ status: 200, said: 'echo' });
    // Below 2.2, Grafana does not try to stream.
    expect((await ask('/tempo/api/status/buildinfo')).json).toMatchObject({
      version: expect.stringMatching(/^2\.1\./),
    });
  });
});
