import { describe, expect, it } from 'vitest';
import { spansColumns, tracesColumns } from '../../../lib/archive/tables/columns.ts';
import {
  dataFolderWith,
  line,
  newDataFolder,
  oneSpan,
  PARTITION,
  writeFile,
  writeObject,
} from './support/archive-folder.ts';
import { rowsOf } from './support/ask.ts';

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

describe('the views', () => {
  it.each([
    { archive: 'with traces', dataDir: () => dataFolderWith([line([])]) },
    { archive: 'without any', dataDir: () => newDataFolder() },
  ])('have the described columns, order and types over an archive $archive', async ({ dataDir }) => {
    const folder = dataDir();
    for (const [view, columns] of [
      ['traces', tracesColumns(false)],
      ['spans', spansColumns(false)],
    ] as const) {
      const described = await rowsOf(folder, `DESCRIBE ${view}`);
      expect(described.map((row) => [row['column_name'], row['column_type']])).toEqual(
        columns.map(({ name, duckDbType }) => [name, duckDbType]),
      );
    }
  });

  it('traces shows the columns of a first line', async () => {
    const dataDir = dataFolderWith([line([])]);
    expect(await rowsOf(dataDir, 'SELECT * FROM traces')).toEqual([
      {
        trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
        start_time: '2026-09-15T07:12:33.123Z',
        duration_ms: 812.5,
        root_service: 'gateway',
        root_name: 'POST /checkout',
        services: ['gateway', 'payment'],
        span_count: 2,
        error_count: 1,
        status: 'ERROR',
        sampling_policy: 'errors',
        sample_weight: 1,
        decided_at: '2026-09-15T07:13:03.456Z',
        dt: '2026-09-15',
        hour: 7,
      },
    ]);
  });

  it('spans shows every column of a span', async () => {
    const span = {
      traceId: '4BF92F3577B34DA6A3CE929D0E0E4736',
      parentSpanId: '00F067AA0BA902B6',
      traceState: 'ot=th:8',
      name: 'POST',
      kind: 3,
      attributes: [
        text('http.request.method', 'POST'),
        text('http.route', '/charge'),
        { key: 'http.response.status_code', value: { intValue: '502' } },
        text('db.system', 'postgresql'),
        text('db.statement', 'SELECT 1'),
      ],
      events: [{ timeUnixNano: '1789456353124000000', name: 'exception', attributes: [text('exception.type', 'E')] }],
      links: [{ traceId: 'AF7651916CD43DD8448EB211C80319CA', spanId: 'B7AD6B7169203331' }],
      status: { code: 2, message: 'bad gateway' },
    };
    const dataDir = dataFolderWith([line(oneSpan(span, [text('service.name', 'payment')]), { seq: 1 })]);
    expect(await rowsOf(dataDir, 'SELECT * FROM spans')).toEqual([
      {
        trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
        span_id: '00f067aa0ba902b7',
        parent_span_id: '00f067aa0ba902b6',
        service: 'payment',
        name: 'POST',
        kind: 'CLIENT',
        start_time: '2026-09-15T07:12:33.123Z',
        start_ns: '1789456353123000000',
        end_ns: '1789456353135500000',
        duration_ms: 12.5,
        status: 'ERROR',
        status_code: 2,
        status_message: 'bad gateway',
        http_method: 'POST',
        http_route: '/charge',
        http_status: 502,
        db_system: 'postgresql',
        db_query: 'SELECT 1',
        attributes: {
          'http.request.method': 'POST',
          'http.route': '/charge',
          'http.response.status_code': '502',
          'db.system': 'postgresql',
          'db.statement': 'SELECT 1',
        },
        resource_attributes: { 'service.name': 'payment' },
        exception_type: 'E',
        exception_message: null,
        events: [{ time_ns: '1789456353124000000', name: 'exception', attributes: { 'exception.type': 'E' } }],
        links: [{ trace_id: 'af7651916cd43dd8448eb211c80319ca', span_id: 'b7ad6b7169203331' }],
        linked_trace_ids: ['af7651916cd43dd8448eb211c80319ca'],
        scope_name: 'checkout',
        scope_version: '1.2.3',
        trace_state: 'ot=th:8',
        root_service: 'gateway',
        root_name: 'POST /checkout',
        trace_start_time: '2026-09-15T07:12:33.123Z',
        trace_duration_ms: 812.5,
        trace_status: 'ERROR',
        sampling_policy: 'errors',
        sample_weight: 1,
        decided_at: '2026-09-15T07:13:03.456Z',
        seq: 1,
        dt: '2026-09-15',
        hour: 7,
      },
    ]);
  });

  it('traces counts a trace once, however many lines it has', async () => {
    const dataDir = dataFolderWith([line(oneSpan({})), line(oneSpan({}), { seq: 1 }), line(oneSpan({}), { seq: 2 })]);
    expect(
      await rowsOf(dataDir, 'SELECT (SELECT count(*) FROM traces) AS t, (SELECT count(*) FROM spans) AS s'),
    ).toEqual([{ t: 1, s: 3 }]);
  });

  it('traces_raw gives a line back to the letter', async () => {
    const raw = '{"resourceSpans": [],  "trace_id":"ab","unknown":{"deep":[1.50,"é"]},"seq":0}';
    expect(await rowsOf(dataFolderWith([raw]), 'SELECT line, hour FROM traces_raw')).toEqual([{ line: raw, hour: 7 }]);
  });

  it('ignore fences, hidden files and files of other kinds', async () => {
    const dataDir = dataFolderWith([line(oneSpan({}))]);
    writeObject(dataDir, `${PARTITION}/traces_20260915T071300000Z-00000000000000bb.jsonl.gz`, []);
    for (const name of ['.tmp.jsonl.gz', '_tmp.jsonl.gz', 'traces_x.jsonl.gz.part', 'notes.txt']) {
      writeFile(dataDir, `${PARTITION}/${name}`, 'not gzip');
    }
    writeFile(dataDir, 'manifest.jsonl.gz', 'not gzip');
    expect(await rowsOf(dataDir, 'SELECT count(*) AS n FROM spans')).toEqual([{ n: 1 }]);
  });

  it('do not read days and hours that a condition leaves out', async () => {
    const dataDir = dataFolderWith([line([])]);
    writeFile(dataDir, 'dt=2026-09-15/hour=08/traces_1.jsonl.gz', 'not gzip');
    writeFile(dataDir, 'dt=2026-09-16/hour=07/traces_1.jsonl.gz', 'not gzip');
    for (const view of ['traces', 'spans', 'traces_raw']) {
      const sql = `SELECT count(*) AS n FROM ${view} WHERE dt = '2026-09-15' AND hour < 8`;
      expect(await rowsOf(dataDir, sql)).toEqual([{ n: view === 'spans' ? 0 : 1 }]);
      await expect(rowsOf(dataDir, `SELECT count(*) AS n FROM ${view}`)).rejects.toThrow('traces_1.jsonl.gz');
    }
  });

  it('read a data folder whose name has the characters of a pattern', async () => {
    const dataDir = newDataFolder("it's [a] *odd? folder");
    writeObject(dataDir, `${PARTITION}/traces_1.jsonl.gz`, [line([])]);
    expect(await rowsOf(dataDir, 'SELECT count(*) AS n FROM traces')).toEqual([{ n: 1 }]);
  });

  it('read a line of 34 MB', async () => {
    const dataDir = dataFolderWith([line(oneSpan({ name: 'x'.repeat(34_000_000) }))]);
    expect(await rowsOf(dataDir, 'SELECT length(name) AS n FROM spans')).toEqual([{ n: 34_000_000 }]);
  });
});
