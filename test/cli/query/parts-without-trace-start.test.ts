import { globSync, renameSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { OBJECTS_KEY } from '../../../lib/archive/compaction/part-file.ts';
import { compactDataFolder } from '../../archive/compaction/support/compact-folder.ts';
import { dataFolderWith, line, oneSpan } from './support/archive-folder.ts';
import { ask, rowsOf } from './support/ask.ts';

it('parts that were written before there was trace_start_time are read, and their hours count as a whole', async () => {
  const dataDir = dataFolderWith([line(oneSpan({ name: 'add' }))]);
  await compactDataFolder(dataDir);
  const [part = ''] = globSync(`${dataDir}/archive/spans/**/*.parquet`);
  await withoutColumn(part, 'trace_start_time');
  const [span] = await rowsOf(dataDir, 'SELECT name, trace_start_time FROM spans');
  expect(span).toEqual({ name: 'add', trace_start_time: null });
  const { out } = await ask([
    'spans',
    '--data',
    dataDir,
    '--from',
    '2026-09-15T07:30',
    '--to',
    '2026-09-15T08',
    '--json',
  ]);
  expect(JSON.parse(out)).toMatchObject({ name: 'add' });
});

async function withoutColumn(file: string, column: string): Promise<void> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const metadata = await connection.runAndReadAll(
    `SELECT decode(value) FROM parquet_kv_metadata('${file}') WHERE decode(key) = '${OBJECTS_KEY}'`,
  );
  await connection.run(
    `COPY (SELECT * EXCLUDE (${column}) FROM read_parquet('${file}', hive_partitioning = false)) TO '${file}.old'
     (FORMAT parquet, KV_METADATA {'${OBJECTS_KEY}': '${metadata.value(0, 0)}'})`,
  );
  connection.closeSync();
  renameSync(`${file}.old`, file);
}
