import { protobufFromJson } from '../../../lib/otlp/json-decode/decode-request.ts';
import { WireWriter } from '../../../lib/otlp/protobuf/writer.ts';
import type { LinkJson, ResourceSpansJson, SpanJson } from '../../../lib/read/otlp-json.ts';

/**
 * A trace in the four forms that Tempo has: `Trace` of its v1, which is OTLP's `TracesData`, and `TraceByIDResponse` of its v2 (tempo.proto),
 * as protobuf and in protobuf's JSON. That differs from OTLP's JSON: IDs are base64, enums are names.
 */

const PARTIAL = 'not everything of the trace could be read in time: ask again';
const PARTIAL_NUMBER = 1;

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const CODES = ['UNSET', 'OK', 'ERROR'];

export function traceJsonV1(resourceSpans: readonly ResourceSpansJson[]) {
  return { batches: resourceSpans.map(resourceJson) };
}

/** @param isComplete whether nothing of the trace can be missing */
export function traceJsonV2(resourceSpans: readonly ResourceSpansJson[], isComplete: boolean) {
  const trace = { resourceSpans: resourceSpans.map(resourceJson) };
  return { trace, metrics: {}, ...(!isComplete && { status: 'PARTIAL', message: PARTIAL }) };
}

function resourceJson(ofResource: ResourceSpansJson) {
  return {
    ...ofResource,
    scopeSpans: (ofResource.scopeSpans ?? []).map((ofScope) => ({
      ...ofScope,
      spans: (ofScope.spans ?? []).map(spanJson),
    })),
  };
}

function spanJson(span: SpanJson) {
  const { parentSpanId, kind, status, links } = span;
  return {
    ...span,
    traceId: base64(span.traceId),
    spanId: base64(span.spanId),
    ...(parentSpanId !== undefined && { parentSpanId: base64(parentSpanId) }),
    ...(kind !== undefined && { kind: enumName('SPAN_KIND_', KINDS, kind) }),
    ...(status?.code !== undefined && { status: { ...status, code: enumName('STATUS_CODE_', CODES, status.code) } }),
    ...(links !== undefined && { links: links.map(linkJson) }),
  };
}

function linkJson(link: LinkJson) {
  const { traceId, spanId } = link;
  return {
    ...link,
    ...(traceId !== undefined && { traceId: base64(traceId) }),
    ...(spanId !== undefined && { spanId: base64(spanId) }),
  };
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

/** A number that has no name stays a number, as in protobuf's JSON. */
function enumName(prefix: string, names: readonly string[], value: number): string | number {
  const name = names[value];
  return name === undefined ? value : prefix + name;
}

const utf8 = new TextEncoder();

export function traceProtobufV1(resourceSpans: readonly ResourceSpansJson[]): Uint8Array {
  return protobufFromJson(utf8.encode(JSON.stringify({ resourceSpans })));
}

/** The tags of `TraceByIDResponse`: trace = 1, status = 3, message = 4. */
const TRACE = 0x0a;
const STATUS = 0x18;
const MESSAGE = 0x22;

export function traceProtobufV2(resourceSpans: readonly ResourceSpansJson[], isComplete: boolean): Uint8Array {
  const trace = traceProtobufV1(resourceSpans);
  const message = utf8.encode(isComplete ? '' : PARTIAL);
  const writer = new WireWriter(trace.length + message.length + 16);
  writer.lengthDelimited(TRACE, trace);
  if (!isComplete) {
    writer.varint32(STATUS);
    writer.varint32(PARTIAL_NUMBER);
    writer.lengthDelimited(MESSAGE, message);
  }
  return writer.finish();
}
