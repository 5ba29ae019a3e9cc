import { describe, expect, it } from 'vitest';
import { withoutUnfinishedCopies } from '../../lib/archive/unfinished.ts';
import { line, newDataFolder, oneSpan, PARTITION, writeObject } from '../cli/query/support/archive-folder.ts';
import { rowsOf } from '../cli/query/support/ask.ts';
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
    expect(withoutUnfinishedCopies(rows)).toEqual(rows);
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
