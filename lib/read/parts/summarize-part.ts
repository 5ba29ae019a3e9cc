import { UnreadableError } from '../../archive/read-line.ts';
import { KINDS, type ObjectSummary } from '../summary/object-summary.ts';
import { SummaryBuilder } from '../summary/summary-builder.ts';
import type { Columns, PartObject, PartReader } from './part-reader.ts';

/** Everything that a summary has, and none of the large columns. */
const COLUMNS = [
  'record',
  'trace_id',
  'seq',
  'span_id',
  'parent_span_id',
  'service',
  'name',
  'kind',
  'status_code',
  'start_ns',
  'end_ns',
  'root_service',
  'root_name',
  'sampling_policy',
  'sample_weight',
  'decided_at',
] as const;

/** The summary of a part. It has no filter of attributes: they are most of a part. @throws {UnreadableError} */
export async function summarizePart(part: PartObject, reader: PartReader): Promise<ObjectSummary> {
  const columns = await reader.columns(part, COLUMNS);
  try {
    return summaryOf(part, columns);
  } catch (error) {
    // Values of other types than those of the columns.
    throw new UnreadableError(`is not a part: ${error instanceof Error ? error.message : error}`);
  }
}

function summaryOf(part: PartObject, columns: Columns): ObjectSummary {
  const builder = new SummaryBuilder();
  const rows: number[] = [];
  for (const line of linesOf(columns)) {
    addLine(builder, columns, line);
    for (const row of line) rows.push(row);
  }
  return { ...builder.build(part.key, false), part: { byteLength: part.byteLength, rows: Uint32Array.from(rows) } };
}

/** The rows of the spans of each line; in a part they are sorted by service. */
function linesOf(columns: Columns): Iterable<number[]> {
  const [records = [], traceIds = [], seqs = []] = [columns['record'], columns['trace_id'], columns['seq']];
  const lines = new Map<string, number[]>();
  for (let row = 0; row < records.length; row++) {
    if (records[row] !== 'span') continue;
    const key = `${traceIds[row]} ${seqs[row] ?? 0}`;
    const line = lines.get(key);
    if (line === undefined) lines.set(key, [row]);
    else line.push(row);
  }
  return lines.values();
}

const NANOS_PER_SECOND = 1_000_000_000n;

function addLine(builder: SummaryBuilder, columns: Columns, rows: readonly number[]): void {
  const [first = 0] = rows;
  const timeAt = (name: 'start_ns' | 'end_ns', row: number) => columns[name]?.[row] as bigint | null;
  const base = rows.map((row) => timeAt('start_ns', row) ?? timeAt('end_ns', row)).find((time) => time !== null) ?? 0n;
  const baseSeconds = base / NANOS_PER_SECOND;
  const offset = (time: bigint | null) => (time === null ? Number.NaN : Number(time - baseSeconds * NANOS_PER_SECOND));
  const textAt = (name: string, row: number) => (columns[name]?.[row] ?? null) as string | null;
  const decidedAt = columns['decided_at']?.[first];
  builder.startLine({
    traceId: textAt('trace_id', first) ?? '',
    seq: (columns['seq']?.[first] as number | null) ?? 0,
    begin: 0,
    end: 0,
    baseSeconds: Number(baseSeconds),
    rootService: textAt('root_service', first),
    rootName: textAt('root_name', first),
    policy: textAt('sampling_policy', first),
    weight: (columns['sample_weight']?.[first] as number | null) ?? Number.NaN,
    decidedAtMs: decidedAt instanceof Date ? decidedAt.getTime() : Number.NaN,
  });
  for (const row of rows) {
    builder.addSpan(
      textAt('span_id', row) ?? '',
      parentAt(textAt('parent_span_id', row)),
      textAt('name', row) ?? '',
      builder.service(textAt('service', row)),
      KINDS.indexOf((textAt('kind', row) ?? 'UNSPECIFIED') as (typeof KINDS)[number]),
      (columns['status_code']?.[row] as number | null) ?? 0,
      offset(timeAt('start_ns', row)),
      offset(timeAt('end_ns', row)),
    );
  }
}

/** Parts of earlier versions have IDs of zeros. */
function parentAt(parentId: string | null): string {
  return parentId === null || /^0*$/.test(parentId) ? '' : parentId;
}
