import assert from 'node:assert/strict';
import { lineRows } from '../../../lib/archive/compaction/line-rows.ts';
import { archiveLines } from '../../../lib/archive/line.ts';
import { linesOf, readTraceLine } from '../../../lib/archive/read-line.ts';
import { protobufFromJson } from '../../../lib/otlp/json-decode/decode-request.ts';
import { writeResourceSpans } from '../../../lib/otlp/json-encode/encode-spans.ts';
import { JsonWriter } from '../../../lib/otlp/json-encode/writer.ts';
import type { AttributeValue } from '../../../lib/otlp/protobuf/attributes.ts';
import { otlpSize, resourceSpansSize } from '../../../lib/otlp/trace/size.ts';
import { summarize } from '../../../lib/otlp/trace/summary.ts';
import { Trace } from '../../../lib/otlp/trace/trace.ts';
import { tracesToJson, uniqueSpans } from '../../support/otlp-json-oracle.ts';
import { decoded } from './decoder.ts';

const COLUMNS = { policy: 'a "policy"', adjustedCount: 2.5, decidedAtMs: 1_700_000_000_000, firstSeq: 0 };

/** Compares the view of a trace with the decoded messages, writes it as JSON and as lines, and reads those again. */
export function checkTrace(traceId: string, fragments: readonly Uint8Array[]): Trace {
  const messages = fragments.map((fragment) => {
    const message = decoded(fragment);
    assert.ok(message !== undefined, 'protobufjs cannot read a fragment');
    return message;
  });
  const trace = Trace.fromFragments(traceId, fragments);
  const resourceSpans = messages.flatMap((message) => message.resourceSpans ?? []);
  const spans = resourceSpans.flatMap((group) => (group.scopeSpans ?? []).flatMap((scope) => scope.spans ?? []));
  const unique = uniqueSpans(messages);
  const uniqueCount = (unique.resourceSpans ?? [])
    .flatMap((group) => group.scopeSpans ?? [])
    .reduce((sum, scope) => sum + (scope.spans ?? []).length, 0);
  // Tailgate compares bytes, which may differ where the values are equal.
  assert.ok(trace.spanCount <= spans.length && trace.spanCount >= uniqueCount);
  const expected =
    trace.spanCount === spans.length
      ? tracesToJson({ resourceSpans })
      : trace.spanCount === uniqueCount
        ? tracesToJson(unique)
        : undefined;
  const text = jsonOf(trace);
  // Tailgate compares the bytes of keys. Those that are not UTF-8 may look alike as text, in JSON and to protobufjs.
  const hasReplaced = text.includes('\ufffd');
  if (expected !== undefined && !hasReplaced) {
    const json: unknown = JSON.parse(text);
    assert.deepStrictEqual(json, JSON.parse(JSON.stringify(expected, negativeZero), revivedZero));
    checkFields(trace, expected.flatMap(spansOf));
  }
  checkLines(trace, hasReplaced);
  return trace;
}

function jsonOf(trace: Trace): string {
  const out = new JsonWriter(16);
  assert.equal(writeResourceSpans(out, trace, 0, 1e9), trace.spanCount);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(out.take());
}

const NEGATIVE_ZERO = '\u0000-0';

function negativeZero(_key: string, value: unknown): unknown {
  return Object.is(value, -0) ? NEGATIVE_ZERO : value;
}

function revivedZero(_key: string, value: unknown): unknown {
  return value === NEGATIVE_ZERO ? -0 : value;
}

interface SpanJson {
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly flags?: number;
  readonly traceState?: string;
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
  readonly status?: { readonly code?: number };
  readonly attributes?: readonly { readonly key: string; readonly value?: AnyValueJson }[];
}

interface AnyValueJson {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number | string;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly AnyValueJson[] };
  readonly kvlistValue?: { readonly values?: readonly { readonly key: string; readonly value?: AnyValueJson }[] };
}

/** As `Trace.attribute` reads it. */
function attributeValueOf(json: AnyValueJson = {}): AttributeValue {
  if (json.intValue !== undefined) return BigInt(json.intValue);
  if (json.doubleValue !== undefined) return Number(json.doubleValue);
  if (json.bytesValue !== undefined) return new Uint8Array(Buffer.from(json.bytesValue, 'base64'));
  if (json.arrayValue !== undefined) return (json.arrayValue.values ?? []).map(attributeValueOf);
  if (json.kvlistValue !== undefined) {
    return new Map((json.kvlistValue.values ?? []).map(({ key, value }) => [key, attributeValueOf(value)]));
  }
  return json.stringValue ?? json.boolValue ?? null;
}

function spansOf(resourceSpans: unknown): readonly SpanJson[] {
  const { scopeSpans = [] } = resourceSpans as { scopeSpans?: readonly { readonly spans?: readonly SpanJson[] }[] };
  return scopeSpans.flatMap(({ spans = [] }) => spans);
}

/** What policies read, without JSON between. */
function checkFields(trace: Trace, spans: readonly SpanJson[]): void {
  for (const [span, json] of spans.entries()) {
    assert.deepStrictEqual(
      {
        spanId: trace.spanId(span),
        parentSpanId: trace.parentSpanId(span),
        name: trace.name(span),
        kind: trace.kind(span),
        flags: trace.flags(span),
        traceState: trace.traceState(span),
        startTimeUnixNano: String(trace.startTimeUnixNano(span)),
        endTimeUnixNano: String(trace.endTimeUnixNano(span)),
        statusCode: trace.statusCode(span),
      },
      {
        spanId: json.spanId ?? '',
        parentSpanId: json.parentSpanId ?? '',
        name: json.name ?? '',
        kind: json.kind ?? 0,
        flags: json.flags ?? 0,
        traceState: json.traceState ?? '',
        startTimeUnixNano: json.startTimeUnixNano ?? '0',
        endTimeUnixNano: json.endTimeUnixNano ?? '0',
        statusCode: json.status?.code ?? 0,
      },
    );
    for (const { key, value } of json.attributes ?? []) {
      assert.deepStrictEqual(trace.attribute(span, key), attributeValueOf(value));
    }
  }
  summarize(trace);
  otlpSize(trace);
  resourceSpansSize(trace);
  trace.approximateDuration();
}

/** The lines hold every span once; replay and compaction read them, and reading the JSON as a request gives them back. */
function checkLines(trace: Trace, hasReplaced: boolean): void {
  const archived = trace.withoutUnfinishedCopies();
  const lines = archiveLines(trace, COLUMNS);
  const text = Buffer.concat(lines);
  let spanCount = 0;
  let rows = 0;
  for (const line of linesOf(text)) {
    const read = readTraceLine(line, ({ traceId }) => traceId === trace.traceId);
    assert.ok(read !== undefined);
    spanCount += read.spanCount;
    rows += lineRows(line).filter(({ record }) => record === 'span').length;
    const again = decoded(protobufFromJson(line));
    assert.ok(again !== undefined);
    if (hasReplaced) continue;
    assert.deepStrictEqual(
      JSON.parse(JSON.stringify(tracesToJson(again), negativeZero), revivedZero),
      JSON.parse(new TextDecoder().decode(line)).resourceSpans,
    );
  }
  assert.equal(spanCount, archived.spanCount);
  assert.equal(rows, archived.spanCount);
}
