import { describe, expect, it } from 'vitest';
import { authorizeAll } from '../../../functions/ingest/keys.ts';
import { handleOtlpHttp } from '../../../functions/ingest/otlp-http.ts';
import { RefusalLog } from '../../../functions/ingest/refusal-log.ts';
import { NO_METRICS } from '../../../functions/shared/metrics.ts';
import { opentelemetry } from '../../../proto/generated/otlp.js';
import { World } from '../../pipeline/world.ts';
import { nestedValue } from '../../support/odd-json.ts';
import { silentLog } from '../../support/silent-log.ts';
import { type Bytes, field, repeat, varintField } from '../../support/wire-bytes.ts';

const { ExportTraceServiceResponse } = opentelemetry.proto.collector.trace.v1;

const IDS = { traceId: 'a1'.repeat(16), spanId: 'b1'.repeat(8) };

function server() {
  const world = new World();
  const send = async (body: Uint8Array, contentType: string) => {
    const isText = contentType === 'application/json';
    const answer = await handleOtlpHttp(
      { method: 'POST', path: '/v1/traces', headers: { 'content-type': contentType }, body, isText },
      {
        ingest: ({ protobuf, rejected }) => world.ingest(protobuf, undefined, rejected),
        authorize: authorizeAll,
        refusals: new RefusalLog({ log: silentLog, clock: world.clock }),
        log: silentLog,
        metrics: NO_METRICS,
      },
      { maxBodyBytes: 1e6 },
    );
    return answer;
  };
  return { world, send };
}

async function sendJson(body: string) {
  const { world, send } = server();
  const answer = await send(new TextEncoder().encode(body), 'application/json');
  return {
    status: answer.status,
    body: JSON.parse(new TextDecoder().decode(answer.body)),
    traces: world.buffer.traceIds(),
  };
}

async function sendProtobuf(bytes: Bytes) {
  const { world, send } = server();
  const answer = await send(Uint8Array.from(bytes), 'application/x-protobuf');
  const partial = answer.status === 200 ? ExportTraceServiceResponse.decode(answer.body).partialSuccess : undefined;
  return { status: answer.status, partial, traces: world.buffer.traceIds() };
}

describe('a request in JSON', () => {
  it('is read with original field names', async () => {
    const request = {
      resource_spans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { string_value: 'shop' } }] },
          scope_spans: [
            { scope: { name: 's' }, spans: [{ trace_id: IDS.traceId, span_id: IDS.spanId, name: 'GET /cart' }] },
          ],
        },
      ],
    };
    const expected = { status: 200, body: {}, traces: [IDS.traceId] };
    expect(await sendJson(JSON.stringify(request))).toEqual(expected);
  });

  it('loses no more than the one span whose attribute is too deep', async () => {
    const deep = `{"traceId":"${'c1'.repeat(16)}","spanId":"${IDS.spanId}","attributes":[{"key":"k","value":${nestedValue(40, 'arrays')}}]}`;
    const { status, body, traces } = await sendJson(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[${JSON.stringify(IDS)},${deep}]}]}]}`,
    );
    expect({ status, traces }).toEqual({ status: 200, traces: [IDS.traceId] });
    expect(body.partialSuccess.rejectedSpans).toBe('1');
    expect(body.partialSuccess.errorMessage).toContain('attribute values are nested deeper than 32 levels');
  });

  it.each(['{}', '{"resourceSpans":[]}', '{"resource_spans":null}', '{"x":null}', ' { } '])(
    '%s is empty',
    async (body) => {
      expect(await sendJson(body)).toEqual({ status: 200, body: {}, traces: [] });
    },
  );

  it.each([
    ['{"resource-spans":[]}', 'unknown "resource-spans" in ExportTraceServiceRequest; expected'],
    [
      '{"resourceLogs":[{}]}',
      'unknown "resourceLogs" in ExportTraceServiceRequest; expected an ExportTraceServiceRequest with resourceSpans, scopeSpans and spans; Tailgate does not accept logs: send only traces',
    ],
    ['{"resource_metrics":[{}]}', 'Tailgate does not accept metrics: send only traces'],
    [
      '{"resourceSpans":[{"instrumentationLibrarySpans":[{"spans":[{}]}]}]}',
      'scopeSpans replaced instrumentationLibrarySpans in OTLP 0.15: update the sender',
    ],
    [
      '{"resourceSpans":[{"instrumentation_library_spans":[]}]}',
      'unknown "instrumentation_library_spans" in ResourceSpans',
    ],
    ['{"resourceSpans":[{"scopeSpans":[{"Spans":[]}]}]}', 'unknown "Spans" in ScopeSpans'],
    ['{"resourceSpans":[{"resource":{}}]}', 'no spans found: the request has none'],
    [`{"${'x'.repeat(1e5)}":1}`, `unknown "${'x'.repeat(59)}" in`],
    ['{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}', '"e" in ExportTraceServiceRequest; expected'],
    ['{"traceId":"a1","spanId":"b1"}', 'unknown "traceId" in ExportTraceServiceRequest, "spanId" in'],
  ])('%s says what was not understood', async (request, message) => {
    const { status, body } = await sendJson(request);
    expect(status).toBe(200);
    expect(Object.keys(body.partialSuccess)).toEqual(['errorMessage']);
    expect(body.partialSuccess.errorMessage).toContain(message);
    expect(body.partialSuccess.errorMessage.length).toBeLessThan(500);
  });

  it('may have unknown members beside its spans', async () => {
    const body = `{"resourceLogs":[],"resourceSpans":[{"x":1,"scopeSpans":[{"y":2,"spans":[${JSON.stringify(IDS)}]}]}]}`;
    expect(await sendJson(body)).toEqual({ status: 200, body: {}, traces: [IDS.traceId] });
  });

  it.each(['{"resourceSpans":{}}', '{"resourceSpans":[7]}', '[]', 'null', '{"resourceSpans":[{}]', '{"a":1}}'])(
    '%s is refused',
    async (body) => expect(await sendJson(body)).toMatchObject({ status: 400, body: { code: 3 }, traces: [] }),
  );
});

describe('a request in protobuf', () => {
  const SPAN = field(2, field(1, repeat(0xa1, 16)), field(2, repeat(0xb1, 8)));
  const message = async (bytes: Bytes) => (await sendProtobuf(bytes)).partial?.errorMessage;

  it('loses no more than its damaged span', async () => {
    const { status, partial, traces } = await sendProtobuf(field(1, field(2, SPAN, field(2, varintField(1, 1)), SPAN)));
    expect({ status, traces }).toEqual({ status: 200, traces: [IDS.traceId] });
    expect(String(partial?.rejectedSpans)).toBe('1');
  });

  it('says what was not understood when it has no spans', async () => {
    expect(await sendProtobuf([])).toMatchObject({ status: 200, partial: null });
    expect(await message(field(1))).toBe('no spans found: the request has none');
    expect(await message(varintField(5, 1))).toMatch(/^no spans found: unknown field 5 of ExportTraceServiceRequest; /);
    // Deprecated in OTLP 0.15: instrumentation_library_spans.
    expect(await message(field(1, field(1000, field(2, SPAN))))).toContain('unknown field 1000 of ResourceSpans');
  });

  it('says so when its spans are log records or metrics', async () => {
    // LogRecord: time_unix_nano = 1 (fixed64), body = 5. Metric: name = 1, unit = 3, sum = 7.
    const log = [0x09, ...repeat(1, 8), ...field(5, field(1, 'hello'))];
    expect(await message(field(1, field(2, field(2, log), field(2, log))))).toMatch(
      /^2 spans rejected: 2 that cannot be read \(first: Span: unexpected wire type 1 \(fixed64\) of field 1 at offset/,
    );
    const metric = [...field(1, 'http.server.duration'), ...field(3, 'ms'), ...field(7, varintField(2, 2))];
    expect(await message(field(1, field(2, field(2, metric))))).toMatch(/^1 span rejected: /);
  });
});
