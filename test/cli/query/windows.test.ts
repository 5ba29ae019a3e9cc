import { describe, expect, it } from 'vitest';
import { isInWindow, parseTime } from '../../../lib/archive/window.ts';
import { line, newDataFolder, oneSpan, writeObject } from './support/archive-folder.ts';
import { ask } from './support/ask.ts';

interface Filed {
  readonly name: string;
  readonly hour: string;
  /** Of the trace; undefined: it has none. */
  readonly start: string | undefined;
}

/** Two hours, in them a trace that began long before it arrived, and one without times. */
const TRACES: readonly Filed[] = [
  { name: 'a', hour: '2026-09-15T07', start: '2026-09-15T07:10:00.000Z' },
  { name: 'b', hour: '2026-09-15T07', start: '2026-09-15T07:20:00.000Z' },
  { name: 'c', hour: '2026-09-15T08', start: '2026-09-15T08:05:00.000Z' },
  { name: 'far', hour: '2026-09-15T08', start: '2026-08-01T10:30:00.000Z' },
  { name: 'timeless', hour: '2026-09-15T07', start: undefined },
];

const idOf = (name: string) => Buffer.from(name).toString('hex').padStart(32, '0');

function dataFolder(): string {
  const dataDir = newDataFolder();
  for (const hour of new Set(TRACES.map((trace) => trace.hour))) {
    const partition = `dt=${hour.slice(0, 10)}/hour=${hour.slice(11)}`;
    const lines = TRACES.filter((trace) => trace.hour === hour).flatMap(({ name, start }) => {
      const columns = { trace_id: idOf(name), start_time: start?.replace('T', ' ').replace('Z', '') ?? null };
      const nanos = start === undefined ? '0' : `${Date.parse(start)}000000`;
      const span = { traceId: idOf(name), name, startTimeUnixNano: nanos, endTimeUnixNano: nanos };
      // A late span lies where its trace does, whenever it began.
      const late = { ...span, name: `${name}, late`, startTimeUnixNano: '1789999999000000000' };
      return [line(oneSpan(span), columns), line(oneSpan(late), { ...columns, seq: 1 })];
    });
    writeObject(dataDir, `${partition}/traces_20260915T071300000Z-00000000000000aa.jsonl.gz`, lines);
  }
  return dataDir;
}

const WINDOWS: readonly { readonly from: string; readonly to: string; readonly found: readonly string[] }[] = [
  { from: '2026-09-15T07:15', to: '2026-09-15T08', found: ['b', 'timeless'] },
  { from: '2026-09-15T07', to: '2026-09-15T07:20', found: ['a', 'timeless'] },
  { from: '2026-09-15T07:20', to: '2026-09-15T08:05', found: ['b', 'far', 'timeless'] },
  { from: '2026-09-15T07:20:00.001', to: '2026-09-15T08:05:00.001', found: ['c', 'far', 'timeless'] },
  { from: '2026-09-14T07:20', to: '2026-09-16', found: ['a', 'b', 'c', 'far', 'timeless'] },
  { from: '2026-09-15T08:30', to: '2026-09-15T08:40', found: ['far'] },
  { from: '2026-08-01T10', to: '2026-08-01T11', found: [] },
];

describe('a window', () => {
  it.each(WINDOWS)('from $from to $to has $found', async ({ from, to, found }) => {
    const dataDir = dataFolder();
    const args = ['--from', from, '--to', to, '--data', dataDir, '--json'];
    const rows = async (name: string) => {
      const { code, out, complaints } = await ask([name, ...args]);
      expect(code, complaints.join()).toBe(0);
      return out.split('\n').flatMap((text) => (text === '' ? [] : [JSON.parse(text)]));
    };
    const spans = (await rows('spans')).map(({ name }) => name).sort();
    expect(spans).toEqual(found.flatMap((name) => [name, `${name}, late`]));
    const kept = (await rows('policies')).map(({ kept_traces }) => kept_traces);
    expect(kept).toEqual(found.length === 0 ? [] : [found.length]);
    const window = { fromMs: parseTime(from, 0), toMs: parseTime(to, 0) };
    const inside = TRACES.filter(({ hour, start }) =>
      isInWindow(window, hour, start === undefined ? undefined : Date.parse(start)),
    );
    expect(inside.map(({ name }) => name).sort()).toEqual(found);
  });

  it('that has nothing says where a trace is that arrived more than a day from its start', async () => {
    const args = ['--from', '2026-08-01T10', '--to', '2026-08-01T11', '--data', dataFolder()];
    const { complaints } = await ask(['slow-requests', ...args]);
    expect(complaints).toEqual([
      'hint: 1 trace that began in this window arrived more than 24 hours from the start, and is filed under the hour of arrival ' +
        '(2026-09-15T08): --from 2026-09-15T08 reads it',
    ]);
    const other = await ask(['slow-requests', ...args.with(1, '2026-08-01T10:31')]);
    expect(other.complaints).toEqual([
      'hint: no kept trace is filed under the hours 2026-08-01T10 to 2026-08-01T10: the archive has 2026-09-15T07 to 2026-09-15T08, see --from and --to',
    ]);
  });
});
