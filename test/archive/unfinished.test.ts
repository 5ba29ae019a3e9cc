import { describe, expect, it } from 'vitest';
import { lineRows } from '../../lib/archive/compaction/line-rows.ts';
import type { PartRow } from '../../lib/archive/compaction/span-rows.ts';
import { isFinished, withoutUnfinishedCopies } from '../../lib/archive/unfinished.ts';
import {
  dataFolderWith,
  line,
  newDataFolder,
  oneSpan,
  PARTITION,
  writeObject,
} from '../cli/query/support/archive-folder.ts';
import { ask, rowsOf } from '../cli/query/support/ask.ts';
import { traceOf } from '../support/build-trace.ts';
import { compactDataFolder } from './compaction/support/compact-folder.ts';

const JOB = { record: 'span', trace_id: 'a', span_id: '1', kind: 'INTERNAL', name: 'job', start_ns: 5n } as const;
const STARTED = { ...JOB, end_ns: null };
const ENDED = { ...JOB, end_ns: 9n };

describe('withoutUnfinishedCopies', () => {
  it.each([
    { when: 'the end is NULL', row: STARTED },
    { when: 'the end is 0', row: { ...JOB, end_ns: 0n } },
    { when: 'it has other attributes', row: { ...STARTED, attributes: [{ key: 'progress', value: '1' }] } },
    { when: 'it is of another line', row: { ...STARTED, seq: 3 } },
  ])('leaves out a row when a finished copy is there and $when', ({ row }) => {
    expect(withoutUnfinishedCopies([row, ENDED])).toEqual([ENDED]);
    expect(withoutUnfinishedCopies([ENDED, row])).toEqual([ENDED]);
  });

  it.each([
    { when: 'no copy is finished', rows: [STARTED, { ...STARTED, seq: 1 }] },
    { when: 'the finished one is of another trace', rows: [STARTED, { ...ENDED, trace_id: 'b' }] },
    { when: 'it is another span', rows: [STARTED, { ...ENDED, span_id: '2' }] },
    { when: 'it has another kind', rows: [STARTED, { ...ENDED, kind: 'SERVER' }] },
    { when: 'it has another name', rows: [STARTED, { ...ENDED, name: 'other' }] },
    { when: 'it has another start', rows: [STARTED, { ...ENDED, start_ns: 6n }] },
    { when: 'both are finished', rows: [ENDED, { ...ENDED, end_ns: 10n }] },
    { when: 'one is a trace', rows: [{ ...JOB, record: 'trace' } as const, ENDED] },
  ])('leaves all when $when', ({ rows }) => {
    expect(withoutUnfinishedCopies<PartRow>(rows)).toEqual(rows);
  });
});

it('shows a span whose end came on a later line once, when both lines are compacted', async () => {
  const dataDir = newDataFolder();
  const job = { name: 'job', kind: 1 };
  const object = (n: number, seq: number, span: object) =>
    writeObject(dataDir, `${PARTITION}/traces_20260915T071300000Z-00000000000000a${n}.jsonl.gz`, [
      line(oneSpan({ ...job, ...span }), { seq }),
    ]);
  object(1, 0, { endTimeUnixNano: undefined });
  object(2, 1, { status: { code: 2 } });
  const spans = 'SELECT name, status, seq FROM spans ORDER BY seq';
  expect(await rowsOf(dataDir, spans)).toHaveLength(2);
  expect(await compactDataFolder(dataDir)).toMatchObject({ isComplete: true, objects: 2, spans: 1 });
  expect(await rowsOf(dataDir, spans)).toEqual([{ name: 'job', status: 'ERROR', seq: 1 }]);
});

/** One rule in four forms: protobuf, OTLP JSON, rows of a part, SQL. The largest times do not fit into a column. */
const ENDS = [
  { end: undefined, finished: false },
  { end: '0', finished: false },
  { end: '1', finished: true },
  { end: '9223372036854775807', finished: true },
  { end: '9223372036854775808', finished: true },
  { end: '18446744073709551615', finished: true },
] as const;

const SENT = { name: 'job', kind: 1, startTimeUnixNano: '5' };
const ofTrace = { spanId: '00f067aa0ba902b7', name: 'job', kind: 1, startTimeUnixNano: 5n };

function rowOf(end: string | undefined): PartRow {
  const [row] = lineRows(Buffer.from(JSON.stringify(line(oneSpan({ ...SENT, endTimeUnixNano: end })))));
  return row ?? expect.fail('there is a row for each span');
}

describe('an unfinished span is the same in every form', () => {
  it.each(ENDS)('with the end $end', async ({ end, finished }) => {
    expect(traceOf({ ...ofTrace, endTimeUnixNano: BigInt(end ?? 0) }).isFinished(0)).toBe(finished);
    expect(isFinished(end)).toBe(finished);
    expect(isFinished(rowOf(end)['end_ns'] as bigint | null)).toBe(finished);
    const dataDir = dataFolderWith([line(oneSpan({ ...SENT, endTimeUnixNano: end }))]);
    const sql = 'SELECT end_ns IS NOT NULL AS finished FROM spans';
    expect(await rowsOf(dataDir, sql)).toEqual([{ finished }]);
    await compactDataFolder(dataDir);
    expect(await rowsOf(dataDir, sql)).toEqual([{ finished }]);
  });

  it.each(ENDS.filter(({ finished }) => finished))('and gives way to a copy with the end $end', async ({ end }) => {
    const trace = traceOf({ ...ofTrace, endTimeUnixNano: 0n }, { ...ofTrace, endTimeUnixNano: BigInt(end ?? 0) });
    expect(trace.withoutUnfinishedCopies().spanCount).toBe(1);
    expect(withoutUnfinishedCopies([rowOf(undefined), rowOf(end)])).toEqual([rowOf(end)]);
    const lines = [undefined, end].map((one, seq) => line(oneSpan({ ...SENT, endTimeUnixNano: one }), { seq }));
    const query = ['--name', 'waterfall', '--trace-id', '4bf92f3577b34da6a3ce929d0e0e4736', '--from', '2026-09-15T07'];
    const { out } = await ask(['--data', dataFolderWith(lines), ...query, '--json']);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
  });
});
