import assert from 'node:assert/strict';
import { lineRows } from '../../../lib/archive/compaction/line-rows.ts';
import { objectsOfPart, writePart } from '../../../lib/archive/compaction/part-file.ts';
import { archiveLines } from '../../../lib/archive/line.ts';
import { NODE_CODECS } from '../../../lib/aws/codecs.ts';
import { Trace } from '../../../lib/otlp/trace/trace.ts';
import { messageFrom } from '../shape.ts';
import { SHAPES } from '../shapes.ts';
import type { FuzzTarget } from '../target.ts';

/** The footer of a Parquet part that someone else has written, or damaged. */
export const target: FuzzTarget = {
  fuzz: (data) => {
    let objects: readonly string[];
    try {
      objects = objectsOfPart(data);
    } catch (error) {
      // Anything else than an error is a defect: this file is hyparquet's to read.
      assert.ok(error instanceof Error);
      return;
    }
    assert.ok(Array.isArray(objects) && objects.every((name) => typeof name === 'string'), String(objects));
  },
  seeds: async () => [await part()],
  words: ['PAR1', 'tailgate.objects', '["traces_a.jsonl.gz"]', 'null', '{"a":1}'],
  maxLength: 32_768,
};

async function part(): Promise<Uint8Array> {
  const fragment = messageFrom(SHAPES[0] ?? new Uint8Array(), 'ExportTraceServiceRequest');
  const columns = { policy: 'errors', adjustedCount: 1, decidedAtMs: 1_700_000_000_000, firstSeq: 0 };
  const lines = archiveLines(Trace.fromFragments('01'.repeat(16), [fragment]), columns);
  const rows = lines.flatMap((line) => lineRows(line.subarray(0, -1)));
  return writePart({ objects: ['traces_a.jsonl.gz', 'traces_b.jsonl.gz'], rows }, NODE_CODECS.zstd);
}
