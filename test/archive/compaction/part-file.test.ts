import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { lineRows } from '../../../lib/archive/compaction/line-rows.ts';
import { OBJECTS_KEY, objectsOfPart, writePart } from '../../../lib/archive/compaction/part-file.ts';
import { PART_COLUMNS } from '../../../lib/archive/tables/columns.ts';
import { line, newDataFolder, oneSpan, writeFile } from '../../cli/query/support/archive-folder.ts';

const rows = lineRows(Buffer.from(JSON.stringify(line(oneSpan({ name: 'a' })))));
const part = await writePart({ objects: ['one', 'two'], rows }, zstdCompressSync);

describe('a part', () => {
  it('tells which objects it covers, from its end alone', () => {
    expect(objectsOfPart(part)).toEqual(['one', 'two']);
    expect(() => objectsOfPart(new Uint8Array(20))).toThrow();
  });

  it.each(['["traces_a", 5]', '"traces_a"', '{"0":"a"}', '5', 'null'])(
    'is refused when its list of objects is %s',
    async (text) => {
      const writer = new ByteWriter();
      const kvMetadata = [{ key: OBJECTS_KEY, value: text }];
      await parquetWrite({ writer, columnData: [{ name: 'a', data: ['b'], type: 'STRING' }], kvMetadata });
      expect(() => objectsOfPart(writer.getBytes())).toThrow(`expected a list of names in ${OBJECTS_KEY}, got ${text}`);
    },
  );

  it.each<[string, readonly number[], string]>([
    // Of the reader of Parquet each would ask for a gigabyte, in one another.
    [
      'lists that claim more than there is',
      Array.from({ length: 50 }, () => [0x19, 0xf9, 0xff, 0xff, 0xff, 0x3f]).flat(),
      'a list of',
    ],
    ['lists in one another', [0x19, ...Array.from({ length: 100 }, () => 0x19), 0], 'nested more than 64 levels deep'],
    ['structs in one another', [...Array.from({ length: 100 }, () => 0x1c), 0], 'nested more than 64 levels deep'],
    ['a text that claims more than there is', [0x18, 0x7f, 0x41], 'cut off'],
    ['a number without an end', [0x15, ...Array.from({ length: 11 }, () => 0x80)], 'more than 10 bytes'],
    ['a map', [0x1b, 0x00], 'type 11'],
    ['no end', [0x11], 'cut off'],
  ])('is refused when its footer has %s', (_, footer, problem) => {
    const tail = Buffer.alloc(4);
    tail.writeUInt32LE(footer.length);
    expect(() => objectsOfPart(Uint8Array.from([...footer, ...tail, ...Buffer.from('PAR1')]))).toThrow(problem);
  });

  it('has the columns of the description, with its types, in the eyes of another reader', async () => {
    const folder = newDataFolder();
    writeFile(folder, 'part-0.parquet', part);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const file = join(folder, 'archive', 'traces', 'part-0.parquet');
    const described = await connection.runAndReadAll(`DESCRIBE FROM '${file}'`);
    expect(described.getRows().map(([name, type]) => [name, type])).toEqual(
      PART_COLUMNS.map(({ name, duckDbType }) => [name, duckDbType]),
    );
    const read = await connection.runAndReadAll(`SELECT record, name, root_name, span_count FROM '${file}'`);
    expect(read.getRows()).toEqual([
      ['trace', null, 'POST /checkout', 2],
      ['span', 'a', 'POST /checkout', null],
    ]);
    connection.closeSync();
    instance.closeSync();
  });
});
