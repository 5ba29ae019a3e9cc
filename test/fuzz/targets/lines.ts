import assert from 'node:assert/strict';
import { gunzipSync, gzipSync } from 'node:zlib';
import { lineRows } from '../../../lib/archive/compaction/line-rows.ts';
import { readObjects } from '../../../lib/archive/compaction/read-objects.ts';
import { archiveLines } from '../../../lib/archive/line.ts';
import { linesOf, readTraceLine, UnreadableError } from '../../../lib/archive/read-line.ts';
import { Trace } from '../../../lib/otlp/trace/trace.ts';
import { messageFrom } from '../shape.ts';
import { SHAPES } from '../shapes.ts';
import { type FuzzTarget, outcomeOf } from '../target.ts';

const OBJECT = {
  key: 'traces/dt=2026-11-28/hour=07/traces_20261128T070000000Z-0a.jsonl.gz',
  byteLength: 1,
  createdAtMs: 0,
};

/** Lines of the archive that someone else has written, or damaged: replay and compaction read or refuse them. */
export const target: FuzzTarget = {
  fuzz: async (data) => {
    for (const line of linesOf(data)) {
      outcomeOf(() => readTraceLine(line, () => true), UnreadableError);
      outcomeOf(() => lineRows(line), UnreadableError);
    }
    const codecs = {
      gzip: async () => data,
      gunzip: (bytes: Uint8Array, maxBytes: number) => gunzipSync(bytes, { maxOutputLength: maxBytes }),
      zstd: (bytes: Uint8Array) => bytes,
    };
    for (const bytes of [data, gzipSync(data)]) {
      let read = 0;
      for await (const result of readObjects([OBJECT], { get: async () => bytes }, codecs, 100_000)) {
        assert.ok('reason' in result || result.jsonBytes <= 100_000);
        read++;
      }
      assert.equal(read, 1);
    }
  },
  isAsync: true,
  seeds: () =>
    SHAPES.slice(0, 3).flatMap((shape) => {
      const fragment = messageFrom(shape, 'ExportTraceServiceRequest');
      const trace = Trace.fromFragments('01'.repeat(16), [fragment]);
      const columns = { policy: 'errors', adjustedCount: 1, decidedAtMs: 1_700_000_000_000, firstSeq: 0 };
      return archiveLines(trace, columns).flatMap((line) => [Uint8Array.from(line), gzipSync(line)]);
    }),
  words: [
    ...['{"resourceSpans":[', '],"trace_id":"', '"start_time":"2026-11-21 07:12:33.123"', '"duration_ms":', '"seq":0}'],
    ...['"services":[', '"span_count":', '"sample_weight":null', '"scopeSpans":[{"spans":[{', '"attributes":[{"key":"'],
    ...[
      '"events":[{',
      '"links":[{',
      '"endTimeUnixNano":"',
      '"kvlistValue":{"values":[',
      'null',
      '-0',
      '1e400',
      '\\ud800',
    ],
  ],
};
