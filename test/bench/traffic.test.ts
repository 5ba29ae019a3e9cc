import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { CORPORA, corpusOf } from '../../bench/corpora.ts';
import { BatchMaker } from '../../bench/load/bodies.ts';
import { percentile } from '../../bench/load/send.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';

function traceIdsOf(bodies: readonly Uint8Array[]): Set<string> {
  return new Set(bodies.flatMap((body) => regroup(body).fragments.map(({ traceId }) => traceId)));
}

test.each(CORPORA)('the same seed makes the same bytes: %s', (name) => {
  const bytes = (seed: number) => Buffer.concat(corpusOf(name, 200, seed).map(({ protobuf }) => protobuf));
  expect(bytes(7).equals(bytes(7))).toBe(true);
  expect(bytes(7).equals(bytes(8))).toBe(false);
});

test('each batch has the same spans under trace IDs of its own', () => {
  const maker = new BatchMaker('lambda', 100);
  const [first, second] = [maker.next(), maker.next()].map((batch) => ({
    batch,
    ids: traceIdsOf(batch.bodies.map(({ gzip }) => gunzipSync(gzip))),
  }));
  expect(first?.ids.size).toBe(first?.batch.traceCount);
  expect(second?.ids.size).toBe(first?.batch.traceCount);
  expect(first?.batch.spanCount).toBe(second?.batch.spanCount);
  expect([...(first?.ids ?? [])].filter((id) => second?.ids.has(id))).toEqual([]);
});

test('a percentile is a value that occurred', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 99, 100]);
});
