import { parse } from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { type ModelSpan, type ModelTrace, readerOf, writeArchive } from '../../../read/model-archive.ts';
import { EPOCH_MS } from '../../../support/build-trace.ts';
import { asking } from '../ask.ts';
import { CHARGE, CHECKOUT, CHECKOUT_ROOT, ORPHAN } from '../checkout.ts';

// The messages of jaeger-idl, proto/api_v3/query_service.proto, that answers are made of.
const { root: IDL } = parse(`
  syntax = "proto3";
  message GetServicesResponse { repeated string services = 1; }
  message Operation { string name = 1; string span_kind = 2; }
  message GetOperationsResponse { repeated Operation operations = 1; }
  message Dependency { string parent = 1; string child = 2; uint64 call_count = 3; }
  message DependenciesResponse { repeated Dependency dependencies = 1; }
  message ServiceSummary { string name = 1; int32 span_count = 2; int32 error_span_count = 3; }
  message TraceSummary {
    string trace_id = 1; string root_service_name = 2; string root_operation_name = 3;
    fixed64 min_start_time_unix_nano = 4; fixed64 max_end_time_unix_nano = 5;
    int32 span_count = 6; int32 error_span_count = 7; int32 orphan_span_count = 8; repeated ServiceSummary services = 9;
  }
  message FindTraceSummariesResponse { repeated TraceSummary summaries = 1; }
  message GRPCGatewayErrorDetails { int32 grpcCode = 1; int32 httpCode = 2; string message = 3; string httpStatus = 4; }
  message GRPCGatewayError { GRPCGatewayErrorDetails error = 1; }
`);

/** The answer as a client that was generated from the definitions reads it: nothing of it is lost. */
function readAs(message: string, json: object): unknown {
  const type = IDL.lookupType(message);
  const read = type.decode(type.encode(type.fromObject(json)).finish());
  expect(type.toObject(read, { longs: String, arrays: true, defaults: true })).toMatchObject(json);
  return json;
}

const ID = CHECKOUT;
const root: ModelSpan = {
  ...CHECKOUT_ROOT,
  attributes: { 'http.route': '/checkout', retries: 2n, 'app.price': 9.5, cached: true, large: 9007199254740993n },
};
const charge: ModelSpan = { ...CHARGE, startMs: 1100.001 };
const orphan: ModelSpan = { ...ORPHAN, startMs: 1100.001 };
const TRACES: readonly ModelTrace[] = [
  { traceId: ID, policy: 'errors', weight: 2.4, claims: [[root, charge], [orphan]] },
  { traceId: '1'.repeat(32), policy: 'sample', weight: 20, claims: [[{ ...root, startMs: 5000, endMs: 5010 }]] },
];
const archive = await writeArchive(TRACES);
const ask = asking(readerOf(archive));
const MICROS = `start=${EPOCH_MS * 1000}&end=${(EPOCH_MS + 3_600_000) * 1000}`;
const RFC3339 = 'query.startTimeMin=2023-11-14T22:13:20.000Z&query.startTimeMax=2023-11-14T23:13:20.5Z';

describe("Jaeger's API v3", () => {
  it('lists services and operations', async () => {
    const services = await ask('/jaeger/api/v3/services');
    expect(readAs('GetServicesResponse', services.json)).toEqual({ services: ['gateway', 'payment'] });
    const operations = await ask('/jaeger/api/v3/operations?service=payment');
    expect(readAs('GetOperationsResponse', operations.json)).toEqual({
      operations: [
        { name: 'charge', spanKind: 'client' },
        { name: 'charge', spanKind: 'internal' },
      ],
    });
    expect((await ask('/jaeger/api/v3/operations?service=payment&span_kind=client')).json.operations).toHaveLength(1);
  });

  it('summarises the traces that it finds', async () => {
    const { json } = await ask(`/jaeger/api/v3/trace-summaries?${RFC3339}&query.serviceName=payment`);
    expect(readAs('FindTraceSummariesResponse', json)).toEqual({
      summaries: [
        {
          traceId: ID,
          rootServiceName: 'gateway',
          rootOperationName: 'POST /checkout',
          minStartTimeUnixNano: '1700000001000000000',
          maxEndTimeUnixNano: '1700000001812500000',
          spanCount: 3,
          errorSpanCount: 1,
          orphanSpanCount: 1,
          services: [
            { name: 'gateway', spanCount: 1, errorSpanCount: 0 },
            { name: 'payment', spanCount: 2, errorSpanCount: 1 },
          ],
        },
      ],
    });
  });

  it('searches by everything that the page asks for', async () => {
    const count = async (query: string) =>
      (await ask(`/jaeger/api/v3/trace-summaries?${RFC3339}&${query}`)).json.summaries.length;
    expect(await count('')).toBe(2);
    expect(await count('query.searchDepth=1')).toBe(1);
    for (const [query, expected] of [
      ['query.operationName=charge', 1],
      ['query.operation_name=charge', 1],
      ['query.durationMin=800ms', 1],
      ['query.durationMax=0.1s', 1],
      [`query.attributes=${encodeURIComponent('{"http.route":"/checkout","cached":"true"}')}`, 2],
      [`query.attributes=${encodeURIComponent('{"k8s.pod.name":"gateway-1","retries":"2"}')}`, 2],
      [`query.attributes=${encodeURIComponent('{"error":"true"}')}`, 1],
      [`query.attributes=${encodeURIComponent('{"span.kind":"client","otel.status_code":"ERROR"}')}`, 1],
      [`query.attributes=${encodeURIComponent('{"tier":"gold"}')}`, 0],
    ] as const) {
      expect({ query, count: await count(query) }).toEqual({ query, count: expected });
    }
  });

  it('answers with a trace as OTLP, and with dependencies', async () => {
    const { json } = await ask(`/jaeger/api/v3/traces/${ID}`);
    expect(json.result.resourceSpans).toHaveLength(3);
    expect(json.result.resourceSpans[0].scopeSpans[0].spans[0]).toMatchObject({
      traceId: ID,
      name: 'POST /checkout',
      kind: 2,
    });
    expect(
      (await ask(`/jaeger/api/v3/traces?${RFC3339}&query.serviceName=payment`)).json.result.resourceSpans,
    ).toHaveLength(3);
    const calls = await ask('/jaeger/api/v3/dependencies?startTime=2023-11-14T22:00:00Z&endTime=2023-11-15T00:00:00Z');
    expect(readAs('DependenciesResponse', calls.json)).toEqual({
      dependencies: [{ parent: 'gateway', child: 'payment', callCount: '2' }],
    });
  });

  it('refuses what it does not know, and never leaves it out', async () => {
    for (const [target, message] of [
      ['trace-summaries', /^query.startTimeMin must be a time of RFC 3339/],
      [`trace-summaries?${RFC3339}&query.filter={}`, /^query.filter is not supported/],
      [`trace-summaries?${RFC3339}&query.durationMin=fast`, /^expected a duration such as 1.5s/],
      [`trace-summaries?${RFC3339}&query.attributes=a`, /^expected attributes as a JSON object/],
      [`trace-summaries?${RFC3339}&query.searchDepth=0`, /^expected a limit/],
    ] as const) {
      const { status, json } = await ask(`/jaeger/api/v3/${target}`);
      readAs('GRPCGatewayError', json);
      expect({ status, json }).toEqual({
        status: 400,
        json: { error: { httpCode: 400, message: expect.stringMatching(message) } },
      });
    }
    expect(await ask(`/jaeger/api/v3/traces/${'2'.repeat(32)}`)).toMatchObject({
      status: 404,
      json: { error: { httpCode: 404 } },
    });
    expect(await ask('/jaeger/api/v3/else')).toMatchObject({ status: 404 });
  });
});

describe("Jaeger's API before v3", () => {
  it('answers with a trace in the model of the page', async () => {
    const { json } = await ask(`/jaeger/api/traces/${ID}`);
    // jaeger, internal/uimodel/model.go
    expect(json).toEqual({
      total: 1,
      limit: 0,
      offset: 0,
      errors: null,
      data: [
        {
          traceID: ID,
          warnings: null,
          processes: {
            p1: { serviceName: 'gateway', tags: [{ key: 'k8s.pod.name', type: 'string', value: 'gateway-1' }] },
            p2: { serviceName: 'payment', tags: [] },
          },
          spans: [
            {
              traceID: ID,
              spanID: root.spanId,
              operationName: 'POST /checkout',
              references: [],
              startTime: 1_700_000_001_000_000,
              duration: 812_500,
              tags: [
                { key: 'http.route', type: 'string', value: '/checkout' },
                { key: 'retries', type: 'int64', value: 2 },
                { key: 'app.price', type: 'float64', value: 9.5 },
                { key: 'cached', type: 'bool', value: true },
                { key: 'large', type: 'int64', value: '9007199254740993' },
                { key: 'otel.scope.name', type: 'string', value: 'test' },
                { key: 'span.kind', type: 'string', value: 'server' },
                { key: 'tailgate.sampling_policy', type: 'string', value: 'errors' },
                { key: 'tailgate.sample_weight', type: 'float64', value: 2.4 },
              ],
              logs: [],
              processID: 'p1',
              warnings: null,
            },
            {
              traceID: ID,
              spanID: charge.spanId,
              operationName: 'charge',
              references: [{ refType: 'CHILD_OF', traceID: ID, spanID: root.spanId }],
              startTime: 1_700_000_001_100_001,
              duration: 400_249,
              tags: [
                { key: 'otel.scope.name', type: 'string', value: 'test' },
                { key: 'span.kind', type: 'string', value: 'client' },
                { key: 'otel.status_code', type: 'string', value: 'ERROR' },
                { key: 'error', type: 'bool', value: true },
              ],
              logs: [],
              processID: 'p2',
              warnings: null,
            },
            {
              traceID: ID,
              spanID: orphan.spanId,
              operationName: 'charge',
              references: [{ refType: 'CHILD_OF', traceID: ID, spanID: '00000000000000ff' }],
              startTime: 1_700_000_001_100_001,
              duration: 0,
              tags: [
                { key: 'otel.scope.name', type: 'string', value: 'test' },
                { key: 'otel.status_code', type: 'string', value: 'OK' },
              ],
              logs: [],
              processID: 'p2',
              warnings: [
                'the span had not ended when it was archived',
                'archived after the first part of its trace: a late span, or one of a large trace',
              ],
            },
          ],
        },
      ],
    });
  });

  it('searches', async () => {
    const ids = async (query: string) =>
      (await ask(`/jaeger/api/traces?${MICROS}&${query}`)).json.data.map((trace: { traceID: string }) => trace.traceID);
    expect(await ids('service=gateway')).toEqual(['1'.repeat(32), ID]);
    expect(await ids('service=gateway&limit=1')).toEqual(['1'.repeat(32)]);
    expect(await ids('service=payment&operation=charge&minDuration=400ms&maxDuration=1s')).toEqual([ID]);
    expect(await ids(`service=gateway&tags=${encodeURIComponent('{"http.route":"/checkout"}')}`)).toHaveLength(2);
    expect(await ids('service=payment&tag=error:true')).toEqual([ID]);
  });

  it('compares traces by their IDs, and names those that it does not have', async () => {
    const { json } = await ask(`/jaeger/api/traces?traceID=${ID.toUpperCase()}&traceID=ff`);
    expect(json).toMatchObject({ data: [{ traceID: ID }], errors: [{ code: 404, traceID: 'ff'.padStart(32, '0') }] });
  });

  it('lists services, operations and dependencies', async () => {
    expect((await ask('/jaeger/api/services')).json).toEqual({
      data: ['gateway', 'payment'],
      total: 2,
      limit: 0,
      offset: 0,
      errors: null,
    });
    expect((await ask('/jaeger/api/services/gateway/operations')).json.data).toEqual(['POST /checkout']);
    expect((await ask('/jaeger/api/operations?service=payment&spanKind=client')).json.data).toEqual([
      { name: 'charge', spanKind: 'client' },
    ]);
    const window = `endTs=${EPOCH_MS + 3_600_000}&lookback=7200000`;
    expect((await ask(`/jaeger/api/dependencies?${window}`)).json.data).toEqual([
      { parent: 'gateway', child: 'payment', callCount: 2 },
    ]);
    expect((await ask(`/jaeger/api/dependencies?${window}&service=none`)).json.data).toEqual([]);
  });

  it('says what is wrong where its clients look for it', async () => {
    for (const [target, status, msg] of [
      [`traces/${'2'.repeat(32)}`, 404, /was not kept/],
      ['traces/xyz', 400, /32 hex digits/],
      ['traces?start=yesterday', 400, /^unable to parse param 'start'/],
      ['traces?service=a&tag=b', 400, /^tag must be key:value/],
      ['operations', 400, /^parameter 'service' is required/],
      ['metrics/calls', 404, /does not exist/],
    ] as const) {
      expect(await ask(`/jaeger/api/${target}`)).toMatchObject({
        status,
        json: { data: null, total: 0, errors: [{ code: status, msg: expect.stringMatching(msg) }] },
      });
    }
  });
});
