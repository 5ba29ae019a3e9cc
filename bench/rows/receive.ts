/** Rows of receiving: from the body of a request to fragments. */
import assert from 'node:assert/strict';
import { gunzipSync, gzipSync } from 'node:zlib';
import { giveBack } from '../../lib/otlp/give-back.ts';
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { type BenchRequest, type CorpusName, corpusOf } from '../corpora.ts';
import { spread, timesAsDear, timesAsFast } from '../table/rounds.ts';
import type { Row, Size } from '../table/row.ts';
import { countsOf, countsOfJson } from './bounds/counts.ts';
import { leastFromJson, leastJson } from './bounds/json-body.ts';
import { leastRegroup } from './bounds/regroup.ts';
import { onEach, spansOf } from './stored-traces.ts';
import { decodeRequest, regroupObjects, requestFromJson } from './with-objects.ts';

export const RECEIVE_ROWS: readonly Row[] = (['gateway', 'pod'] as const).flatMap((corpus) => [
  {
    name: `regroup : protobufjs decode and encode, ${corpus}`,
    unit: '×',
    floor: 20,
    goal: 28,
    better: 'higher' as const,
    measure: (size: Size) => againstObjects(corpus, size, (r) => regroupObjects(decodeRequest(r.protobuf))),
  },
  {
    name: `regroup : protobufjs decode, ${corpus}`,
    unit: '×',
    floor: 8,
    goal: 12,
    better: 'higher' as const,
    measure: (size: Size) => againstObjects(corpus, size, (r) => decodeRequest(r.protobuf)),
  },
  {
    name: `gunzip and regroup : gunzip, ${corpus}`,
    unit: '×',
    floor: 1.9,
    goal: 1.6,
    better: 'lower' as const,
    measure: (size: Size) => afterGunzip(corpus, size),
  },
  {
    name: `JSON body : JSON.parse, fromObject and encode, ${corpus}`,
    unit: '×',
    floor: 3,
    goal: 4,
    better: 'higher' as const,
    measure: (size: Size) => fromJson(corpus, size),
  },
  {
    name: `heap of regroup, ${corpus}`,
    unit: 'B a span',
    floor: 250,
    goal: 200,
    better: 'lower' as const,
    // No collection within a pass, which would take away what it has allocated.
    nodeOptions: ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'],
    measure: (size: Size) => heapOfRegroup(corpus, size),
  },
]);

function fragmentsOf(protobuf: Uint8Array): Map<string, Uint8Array> {
  return new Map(regroup(protobuf).fragments.map(({ traceId, payload }) => [traceId, payload]));
}

/** Asserts that the fragments are, byte for byte, what protobufjs encodes. */
function assertFragments(own: Map<string, Uint8Array>, expected: ReturnType<typeof regroupObjects>): void {
  assert.deepEqual([...own.keys()], [...expected.keys()]);
  for (const [traceId, payload] of own)
    assert.ok(Buffer.from(payload).equals(expected.get(traceId)?.payload ?? Buffer.of()));
}

/** Asserts that the bound gives the same fragments, and has looked at each attribute. */
function assertBound(protobuf: Uint8Array): void {
  const { fragments, spanCount } = regroup(protobuf);
  const least = leastRegroup(protobuf);
  assert.equal(least.spanCount, spanCount);
  assert.equal(least.traceCount, fragments.length);
  for (const [index, { payload }] of fragments.entries()) {
    assert.ok(least.bytes.subarray(least.ends[index + 1], least.ends[index]).equals(payload));
  }
  // The fields of a request and of `TracesData` are the same.
  assert.equal(least.attributeCount, countsOf(protobuf).attributes);
}

/** As `ingest` does: what the fragments take is given back as soon as they are stored, here at once. */
function regroupOnce(protobuf: Uint8Array): void {
  giveBack(regroup(protobuf).memory);
}

function againstObjects(corpus: CorpusName, size: Size, base: (request: BenchRequest) => unknown) {
  const requests = corpusOf(corpus, size.spans);
  for (const { protobuf } of requests) {
    assertFragments(fragmentsOf(protobuf), regroupObjects(decodeRequest(protobuf)));
    assertBound(protobuf);
  }
  const own = onEach(requests, ({ protobuf }) => regroupOnce(protobuf));
  const bound = onEach(requests, ({ protobuf }) => leastRegroup(protobuf));
  return timesAsFast({ base: onEach(requests, base), own, bound }, size, spansOf(requests));
}

function afterGunzip(corpus: CorpusName, size: Size) {
  const requests = corpusOf(corpus, size.spans);
  const bodies = requests.map(({ protobuf }) => ({ body: gzipSync(protobuf), bytes: protobuf.length }));
  // As the handler inflates: in one piece of the size that the gzip names.
  const inflate = ({ body, bytes }: { body: Uint8Array; bytes: number }) => gunzipSync(body, { chunkSize: bytes });
  for (const [index, one] of bodies.entries()) assert.ok(inflate(one).equals(requests[index]?.protobuf ?? Buffer.of()));
  for (const { protobuf } of requests) assertBound(protobuf);
  const andThen = (work: (protobuf: Uint8Array) => unknown) =>
    onEach(bodies, (one) => {
      const protobuf = inflate(one);
      work(protobuf);
      giveBack(protobuf);
    });
  const sides = { base: andThen(() => undefined), own: andThen(regroupOnce), bound: andThen(leastRegroup) };
  return timesAsDear(sides, size, spansOf(requests));
}

function fromJson(corpus: CorpusName, size: Size) {
  const requests = corpusOf(corpus, size.spans);
  for (const { json, protobuf } of requests) {
    assertFragments(fragmentsOf(protobufFromJson(json)), regroupObjects(requestFromJson(json)));
    assertBound(protobuf);
    assert.deepEqual(leastJson(json), countsOfJson(JSON.parse(Buffer.from(json).toString())));
  }
  const base = onEach(requests, ({ json }) => regroupObjects(requestFromJson(json)));
  const own = onEach(requests, ({ json }) => {
    const protobuf = protobufFromJson(json);
    regroupOnce(protobuf);
    giveBack(protobuf);
  });
  const bound = onEach(requests, ({ json, protobuf }) => leastFromJson(json, protobuf));
  return timesAsFast({ base, own, bound }, size, spansOf(requests));
}

/** Bytes that a pass adds to the heap, of which nothing is collected meanwhile. */
function heapOfRegroup(corpus: CorpusName, size: Size) {
  const requests = corpusOf(corpus, size.spans);
  const pass = onEach(requests, ({ protobuf }) => regroup(protobuf));
  const warmUps = size.sliceMs === 0 ? 0 : 300;
  for (let i = 0; i < warmUps; i++) pass();
  const perSpan = Array.from({ length: size.rounds }, () => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    pass();
    return (process.memoryUsage().heapUsed - before) / spansOf(requests);
  });
  return spread(perSpan);
}
