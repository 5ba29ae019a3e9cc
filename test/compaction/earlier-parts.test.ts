import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NODE_CODECS } from '../../lib/adapters/node-codecs.ts';
import { lineRows } from '../../lib/compaction/line-rows.ts';
import { writePart } from '../../lib/compaction/part-file.ts';
import { newDataFolder, oneSpan, PARTITION, line as traceLine } from '../cli/query/support/archive-folder.ts';
import { rowsOf } from '../cli/query/support/ask.ts';

const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

it('IDs of zeros in the parts of earlier versions are none', async () => {
  const line = JSON.stringify(traceLine(oneSpan({ name: 'root' })));
  const rows = lineRows(line).map((row) => ({
    ...row,
    ...(row.record === 'span' && {
      parent_span_id: NO_SPAN,
      links: [
        { trace_id: NO_TRACE, span_id: NO_SPAN },
        { trace_id: 'ab', span_id: 'cd' },
      ],
      linked_trace_ids: [NO_TRACE, 'ab'],
    }),
  }));
  const dataDir = newDataFolder();
  const folder = join(dataDir, 'archive', 'spans', PARTITION);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'part-0.parquet'), await writePart({ objects: [], rows }, NODE_CODECS.zstd));
  expect(await rowsOf(dataDir, 'SELECT name, parent_span_id, links, linked_trace_ids FROM spans')).toEqual([
    {
      name: 'root',
      parent_span_id: null,
      links: [
        { trace_id: null, span_id: null },
        { trace_id: 'ab', span_id: 'cd' },
      ],
      linked_trace_ids: ['ab'],
    },
  ]);
});
