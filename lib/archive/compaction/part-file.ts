import { parquetMetadata } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { PART_COLUMNS } from '../tables/columns.ts';
import { checkFooter } from './check-footer.ts';
import { parquetSchema } from './parquet-schema.ts';
import type { PartRow } from './span-rows.ts';

/**
 * A part: a Parquet file with the rows of the views `traces` and `spans` of some objects of one hour (`PART_COLUMNS`), told
 * apart by the column `record`. Its footer has the names of those objects under this key, as a JSON list: the part covers
 * them, and readers leave out their lines.
 */
export const OBJECTS_KEY = 'tailgate.objects';

/**
 * Rows of a row group: small enough that a service and a time, which the rows are sorted by, prune most of a part, and large
 * enough that columns compress.
 */
const GROUP_ROWS = 16_384;

const SCHEMA = parquetSchema(PART_COLUMNS);
/** IDs are random: only a Bloom filter tells a reader which row groups lack one. */
const FILTERED: ReadonlySet<string> = new Set(['trace_id']);

export interface PartContent {
  /** Names of the objects that the rows come from, without their folder. */
  readonly objects: readonly string[];
  readonly rows: readonly PartRow[];
}

export type Compress = (bytes: Uint8Array) => Uint8Array;

/**
 * The bytes of a part: row groups of traces, then row groups of spans, each sorted by service and start.
 * @param zstd compresses a page
 */
export async function writePart({ objects, rows }: PartContent, zstd: Compress): Promise<Uint8Array> {
  const writer = new ByteWriter();
  const file = new ParquetWriter({
    writer,
    schema: SCHEMA,
    codec: 'ZSTD',
    compressors: { ZSTD: zstd },
    kvMetadata: [{ key: OBJECTS_KEY, value: JSON.stringify(objects) }],
    createdBy: 'tailgate',
  });
  for (const record of ['trace', 'span'] as const) {
    const sorted = rows.filter((row) => row.record === record).sort(byServiceAndStart);
    for (let at = 0; at < sorted.length; at += GROUP_ROWS) {
      const group = sorted.slice(at, at + GROUP_ROWS);
      await file.write({
        columnData: PART_COLUMNS.map(({ name }) => ({
          name,
          data: group.map((row) => row[name] ?? null),
          bloomFilter: FILTERED.has(name),
        })),
        rowGroupSize: GROUP_ROWS,
      });
    }
  }
  await file.finish();
  return writer.getBytes();
}

/**
 * The names of the objects that a part covers.
 * @param end the part, or its last bytes with all of its footer
 * @throws {Error} when it is not a part
 */
export function objectsOfPart(end: Uint8Array): readonly string[] {
  const footerEnd = end.length - TAIL_BYTES;
  if (footerEnd < 0) throw new Error(`expected a Parquet file, got ${end.length} bytes`);
  const footerBytes = new DataView(end.buffer, end.byteOffset).getUint32(footerEnd, true);
  if (footerBytes > footerEnd) throw new Error(`expected a footer of ${footerBytes} bytes, got ${footerEnd}`);
  checkFooter(end.subarray(footerEnd - footerBytes, footerEnd));
  const bytes = end.buffer.slice(end.byteOffset, end.byteOffset + end.byteLength) as ArrayBuffer;
  // Looking for geometries takes time without bounds on a damaged schema.
  const { key_value_metadata: metadata = [] } = parquetMetadata(bytes, { geoparquet: false });
  const value = metadata.find(({ key }) => key === OBJECTS_KEY)?.value;
  if (value === undefined) throw new Error(`expected a Parquet file with ${OBJECTS_KEY} in its metadata`);
  const names: unknown = JSON.parse(value);
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new Error(`expected a list of names in ${OBJECTS_KEY}, got ${value.slice(0, 80)}`);
}

/** A Parquet file ends with the length of its footer (4 bytes) and `PAR1`. */
const TAIL_BYTES = 8;

/** Traces have no service of their own. */
function byServiceAndStart(a: PartRow, b: PartRow): number {
  return (
    compare(a['service'] ?? a['root_service'], b['service'] ?? b['root_service']) ||
    compare(a['start_ns'] ?? a['start_time'], b['start_ns'] ?? b['start_time'])
  );
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return (a as string | bigint) < (b as string | bigint) ? -1 : 1;
}
