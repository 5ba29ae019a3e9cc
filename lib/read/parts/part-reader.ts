import { type AsyncBuffer, type FileMetaData, parquetMetadata, parquetRead } from 'hyparquet';
import { objectsOfPart } from '../../archive/compaction/part-file.ts';
import { UnreadableError } from '../../archive/read-line.ts';
import type { Decompress, ObjectReader } from '../ports.ts';

export interface PartReaderDeps {
  readonly objects: Pick<ObjectReader, 'getRange'>;
  readonly decompress: Pick<Decompress, 'zstd'>;
}

/** A part as a listing has it. */
export interface PartObject {
  readonly key: string;
  readonly byteLength: number;
}

/** Values of some columns, by name; each has as many as there are rows. */
export type Columns = Readonly<Record<string, readonly unknown[]>>;

interface Footer {
  readonly metadata: FileMetaData;
  /** Names of the objects that the part covers. */
  readonly covers: readonly string[];
}

/** Enough for the footer of most parts. */
const FOOTER_BYTES = 256 * 1024;
/** Footers, and row groups, that stay in memory. */
const MAX_FOOTERS = 64;
const MAX_GROUPS = 4;

/** Reads parts (`archive/compaction/part-file.ts`) by column and row group, and only what it is asked for. */
export class PartReader {
  readonly #deps: PartReaderDeps;
  readonly #footers = new Map<string, Footer>();
  /** Least recently used first. */
  readonly #groups = new Map<string, Promise<Columns>>();

  constructor(deps: PartReaderDeps) {
    this.#deps = deps;
  }

  /** @throws {UnreadableError} when it is not a part, or is gone */
  async covers(part: PartObject): Promise<readonly string[]> {
    return (await this.#footer(part)).covers;
  }

  /** Some columns of all rows. @throws {UnreadableError} */
  async columns(part: PartObject, names: readonly string[]): Promise<Columns> {
    const { metadata } = await this.#footer(part);
    return this.#read(part, metadata, names, 0, Number(metadata.num_rows));
  }

  /**
   * Some columns of the row groups that have these rows, and where each row is in them. A part is decoded by row groups.
   * @throws {UnreadableError}
   */
  async groupsOf(
    part: PartObject,
    rows: readonly number[],
    names: readonly string[],
  ): Promise<readonly { readonly columns: Columns; readonly at: number }[]> {
    const { metadata } = await this.#footer(part);
    return Promise.all(
      rows.map(async (row) => {
        const { begin, end } = groupAt(metadata, row);
        return { columns: await this.#group(part, metadata, names, begin, end), at: row - begin };
      }),
    );
  }

  #group(part: PartObject, metadata: FileMetaData, names: readonly string[], begin: number, end: number) {
    const key = `${part.key} ${begin} ${names.join()}`;
    const group = this.#groups.get(key) ?? this.#read(part, metadata, names, begin, end);
    this.#groups.delete(key);
    this.#groups.set(key, group);
    if (this.#groups.size > MAX_GROUPS) this.#groups.delete([...this.#groups.keys()][0] ?? '');
    return group;
  }

  async #read(part: PartObject, metadata: FileMetaData, names: readonly string[], begin: number, end: number) {
    const columns: Record<string, unknown[]> = Object.fromEntries(
      names.map((name) => [name, new Array(end - begin).fill(null)]),
    );
    const file = this.#fileOf(part);
    const read = parquetRead({
      file,
      metadata,
      columns: [...names],
      rowStart: begin,
      rowEnd: end,
      geoparquet: false,
      compressors: { ZSTD: (bytes, outputLength) => this.#deps.decompress.zstd(bytes, outputLength) },
      onChunk: ({ columnName, columnData, rowStart }) => {
        const column = columns[columnName] ?? [];
        for (let i = Math.max(0, begin - rowStart); i < columnData.length && rowStart + i < end; i++) {
          column[rowStart + i - begin] = columnData[i] ?? null;
        }
      },
    });
    await read.catch((error: unknown) => {
      // What the store throws is nothing that the part can help.
      if (file.failure !== undefined) throw file.failure;
      throw new UnreadableError(`is not a part: ${error instanceof Error ? error.message : error}`);
    });
    return columns;
  }

  async #footer(part: PartObject): Promise<Footer> {
    const known = this.#footers.get(part.key);
    if (known !== undefined) return known;
    let end = await this.#end(part, FOOTER_BYTES);
    // A Parquet file ends with the length of its footer (4 bytes) and `PAR1`.
    const footerBytes =
      end.length < 8 ? 0 : new DataView(end.buffer, end.byteOffset).getUint32(end.length - 8, true) + 8;
    if (footerBytes > end.length && footerBytes <= part.byteLength) end = await this.#end(part, footerBytes);
    let footer: Footer;
    try {
      // Checks the footer first.
      const covers = objectsOfPart(end);
      footer = { covers, metadata: parquetMetadata(end.slice().buffer as ArrayBuffer, { geoparquet: false }) };
    } catch (error) {
      throw new UnreadableError(`is not a part: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#footers.set(part.key, footer);
    if (this.#footers.size > MAX_FOOTERS) this.#footers.delete([...this.#footers.keys()][0] ?? '');
    return footer;
  }

  async #end({ key, byteLength }: PartObject, bytes: number): Promise<Uint8Array> {
    const end = await this.#deps.objects.getRange(key, Math.max(0, byteLength - bytes), byteLength);
    if (end === undefined) throw new UnreadableError('was listed, and is gone');
    return end;
  }

  #fileOf({ key, byteLength }: PartObject): AsyncBuffer & { failure?: unknown } {
    const file: AsyncBuffer & { failure?: unknown } = {
      byteLength,
      slice: async (begin, end = byteLength) => {
        try {
          const bytes = await this.#deps.objects.getRange(key, begin, end);
          if (bytes === undefined) throw new UnreadableError('was listed, and is gone');
          return bytes.slice().buffer as ArrayBuffer;
        } catch (error) {
          file.failure = error;
          throw error;
        }
      },
    };
    return file;
  }
}

/** The row group that a row is in. */
function groupAt({ row_groups: groups }: FileMetaData, row: number): { readonly begin: number; readonly end: number } {
  let begin = 0;
  for (const { num_rows: rows } of groups) {
    const end = begin + Number(rows);
    if (row < end) return { begin, end };
    begin = end;
  }
  throw new UnreadableError(`has no row ${row}`);
}
