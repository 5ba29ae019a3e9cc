import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newDataFolder, PARTITION } from '../../cli/query/support/archive-folder.ts';
import { rowsOf } from '../../cli/query/support/ask.ts';
import { earlierPart } from './support/earlier-part.ts';

it('IDs of zeros in the parts of earlier versions are none', async () => {
  const dataDir = newDataFolder();
  const folder = join(dataDir, 'archive', 'spans', PARTITION);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'part-0.parquet'), await earlierPart());
  expect(await rowsOf(dataDir, 'SELECT name, parent_span_id, links, linked_trace_ids FROM spans')).toEqual([
    {
      name: 'earlier',
      parent_span_id: null,
      links: [
        { trace_id: null, span_id: null },
        { trace_id: 'ab', span_id: 'cd' },
      ],
      linked_trace_ids: ['ab'],
    },
  ]);
});
