import fc from 'fast-check';
import { Reader } from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { MalformedOtlpError } from '../../lib/otlp/errors.ts';
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { RejectedSpans } from '../../lib/otlp/rejected-spans.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { spansSaid } from '../readers/spans-said.ts';
import { hexOf } from '../support/flat-spans.ts';
import { type ExportTraceServiceRequest, encodeRequest, exportRequests, spans } from '../support/otlp-arbitraries.ts';
import { toOtlpJson } from '../support/otlp-json.ts';
import { field } from '../support/wire-bytes.ts';

const { Span } = opentelemetry.proto.trace.v1;

const RUNS = { numRuns: 100 };

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
interface JsonRequest {
  resourceSpans?: { scopeSpans?: { spans?: Json[] }[] }[];
}

/** What ingest makes of a JSON request. */
function readJson(text: string) {
  const rejected = new RejectedSpans();
  const { fragments, spanCount, rejectedSpanCount } = regroup(
    protobufFromJson(new TextEncoder().encode(text), rejected),
    rejected,
  );
  return { traces: saidByTrace(fragments), spanCount, rejectedSpanCount };
}

function readProtobuf(bytes: Uint8Array) {
  const { fragments, spanCount, rejectedSpanCount } = regroup(bytes);
  return { traces: saidByTrace(fragments), spanCount, rejectedSpanCount };
}

/** The same without decoding the spans: damaged ones may have text that protobufjs does not decode. */
function readBytes(bytes: Uint8Array) {
  const { fragments, spanCount, rejectedSpanCount } = regroup(bytes);
  const inField = (number: number) => (message: Uint8Array) => messagesIn(message, number);
  const traces = Object.fromEntries(
    fragments.map(({ traceId, payload }) => {
      const spansOf = inField(1)(payload).flatMap(inField(2)).flatMap(inField(2));
      return [traceId, spansOf.map((span) => ({ traceId, said: hexOf(span) }))];
    }),
  );
  return { traces, spanCount, rejectedSpanCount };
}

function messagesIn(message: Uint8Array, number: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  const reader = Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === number * 8 + 2) found.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return found;
}

function saidByTrace(fragments: ReturnType<typeof regroup>['fragments']) {
  return Object.fromEntries(fragments.map(({ traceId, payload }) => [traceId, spansSaid([new Uint8Array(payload)])]));
}

/** A request and one of its places for a span, counted over all scopes. */
const requestsAndPlaces = fc
  .tuple(exportRequests({ invalidIds: true }), fc.nat())
  .filter(([request]) => scopesOf(request).length > 0);

function scopesOf(request: ExportTraceServiceRequest) {
  return request.resourceSpans.flatMap((each) => each.scopeSpans ?? []);
}

/** Puts `odd` into some list of spans. */
function insert(lists: Json[][], at: number, odd: Json): void {
  const list = lists[at % lists.length] as Json[];
  list.splice(at % (list.length + 1), 0, odd);
}

function jsonOf(request: ExportTraceServiceRequest): { request: JsonRequest; lists: Json[][] } {
  const json = toOtlpJson(request) as JsonRequest;
  const lists: Json[][] = [];
  for (const { scopeSpans = [] } of json.resourceSpans ?? []) {
    for (const scope of scopeSpans) {
      scope.spans ??= [];
      lists.push(scope.spans);
    }
  }
  return { request: json, lists };
}

/** A healthy span in JSON in which one value, at any depth, is another one. */
const mutatedSpans = fc
  .tuple(
    spans(),
    fc.nat(),
    fc.oneof(
      fc.constantFrom<Json>(null, true, -1, 1.5, 2 ** 70, 'x', '', [], {}, [null], [[]], { a: 1 }, 'ab'.repeat(16)),
      fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
      fc.integer({ min: 30, max: 300 }).map(deepValue),
    ),
  )
  .map(([span, at, odd]) => {
    const copy = structuredClone(spanToJson(span));
    const places = placesIn(copy);
    const [owner, key] = places[at % places.length] as [Record<string | number, Json>, string | number];
    owner[key] = odd;
    return copy;
  });

function spanToJson(span: InstanceType<typeof Span>): Json {
  const json = toOtlpJson(
    opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest.fromObject({
      resourceSpans: [{ scopeSpans: [{ spans: [Span.toObject(span)] }] }],
    }),
  ) as JsonRequest;
  return json.resourceSpans?.[0]?.scopeSpans?.[0]?.spans?.[0] ?? null;
}

function deepValue(depth: number): Json {
  let value: Json = { stringValue: 'x' };
  for (let i = 1; i < depth; i++) value = { arrayValue: { values: [value] } };
  return value;
}

/** Every member and element below the value. */
function placesIn(value: Json): [Record<string | number, Json>, string | number][] {
  if (typeof value !== 'object' || value === null) return [];
  const owner = value as Record<string | number, Json>;
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => [[owner, key] as [typeof owner, typeof key], ...placesIn(owner[key] ?? null)]);
}

describe('one fault', () => {
  it('in a JSON span touches no other span, and each span is accepted or rejected', () => {
    fc.assert(
      fc.property(requestsAndPlaces, mutatedSpans, ([request, at], odd) => {
        const { request: json, lists } = jsonOf(request);
        const before = readJson(JSON.stringify(json));
        insert(lists, at, odd);
        expectOneMore(readJson(JSON.stringify(json)), before);
      }),
      RUNS,
    );
  });

  it('in a protobuf span touches no other span, and each span is accepted or rejected', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
    fc.assert(
      fc.property(requestsAndPlaces, spans(), damage, fc.nat(), ([request, at], span, edits, cut) => {
        const before = readBytes(encodeRequest(request));
        const bytes = Span.encode(span).finish();
        for (const [where, byte] of edits) if (bytes.length > 0) bytes[where % bytes.length] = byte;
        const odd = edits.length === 0 ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes;
        const scopes = scopesOf(request);
        // A field like those of newer versions: written as it is, behind the others.
        Object.assign(scopes[at % scopes.length] ?? {}, { $unknowns: [Uint8Array.from(field(2, [...odd]))] });
        expectOneMore(readBytes(encodeRequest(request)), before);
      }),
      RUNS,
    );
  });

  it('in a resource or scope rejects the spans under it, and no others', () => {
    const owners = fc.constantFrom('resource', 'scope');
    fc.assert(
      fc.property(
        requestsAndPlaces,
        owners,
        fc.constantFrom<Json>(7, 'x', [], deepAttributes()),
        ([request, at], owner, odd) => {
          const { request: json } = jsonOf(request);
          const total = countOf(readJson(JSON.stringify(json)));
          const groups =
            owner === 'resource'
              ? (json.resourceSpans ?? [])
              : (json.resourceSpans ?? []).flatMap((each) => each.scopeSpans ?? []);
          const group = groups[at % groups.length] as Record<string, Json>;
          const others = structuredClone(json);
          group[owner] = odd;
          const fault = readJsonOrRefusal(JSON.stringify(json));
          if (fault === undefined) {
            expect(total).toBe(0);
            return;
          }
          expect(countOf(fault)).toBe(total);
          emptyGroup(others, owner, at);
          expect(fault.traces).toEqual(readJson(JSON.stringify(others)).traces);
        },
      ),
      RUNS,
    );
  });

  it('is read alike in both encodings', () => {
    fc.assert(
      fc.property(
        exportRequests({ invalidIds: true }),
        fc.nat(),
        fc.integer({ min: 30, max: 36 }),
        (request, at, depth) => {
          const all = scopesOf(request).flatMap((scope) => scope.spans ?? []);
          const span = all[at % Math.max(1, all.length)];
          const value = opentelemetry.proto.common.v1.AnyValue.fromObject(deepValue(depth) as object);
          span?.attributes?.push(opentelemetry.proto.common.v1.KeyValue.fromObject({ key: 'deep', value }));
          expect(readJson(JSON.stringify(toOtlpJson(request)))).toEqual(readProtobuf(encodeRequest(request)));
        },
      ),
      RUNS,
    );
  });
});

function deepAttributes(): Json {
  return { attributes: [{ key: 'k', value: deepValue(33) }] };
}

/** undefined when the request is refused. */
function readJsonOrRefusal(text: string) {
  try {
    return readJson(text);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedOtlpError);
    return undefined;
  }
}

/** Takes the spans away that are in the same place as the fault. */
function emptyGroup({ resourceSpans = [] }: JsonRequest, owner: string, at: number): void {
  const scopes = resourceSpans.flatMap((each) => each.scopeSpans ?? []);
  if (owner === 'resource') (resourceSpans[at % resourceSpans.length] ?? {}).scopeSpans = [];
  else (scopes[at % scopes.length] ?? {}).spans = [];
}

type Read = ReturnType<typeof readJson>;

function countOf({ spanCount, rejectedSpanCount }: Read): number {
  return spanCount + rejectedSpanCount;
}

/** One span came in between: accepted or rejected, all others stay as they were. */
function expectOneMore(after: Read, before: Read): void {
  expect(countOf(after)).toBe(countOf(before) + 1);
  const all = listOf(after);
  const others = listOf(before);
  if (after.spanCount > before.spanCount) {
    const extra = all.findIndex((span, i) => span !== others[i]);
    all.splice(extra, 1);
  }
  expect(all).toEqual(others);
}

/** The spans of all traces in one order. */
function listOf({ traces }: Read): string[] {
  return Object.entries(traces)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([, said]) => said.map((span) => JSON.stringify(span)));
}
