/**
 * `node bench/parquet.ts [spans]`: an archive of a million spans, or as many as are asked for, as lines and compacted: bytes for each
 * span, time and memory of the compaction, and what named queries read and take on DuckDB.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sum } from '../lib/archive/compaction/compact-hour.ts';
import { hourOf, MS_PER_HOUR } from '../lib/archive/hours.ts';
import { archiveKey, LOCAL_ARCHIVE, partitionOfHour } from '../lib/archive/layout.ts';
import { archiveLines, newLineWriter } from '../lib/archive/line.ts';
import { renderQuery } from '../lib/archive/tables/render-query.ts';
import { compactDataFolder } from '../lib/cli/compact/targets.ts';
import { openArchiveDatabase } from '../lib/cli/query/duckdb/database.ts';
import { toDuckDb } from '../lib/cli/query/duckdb/trino-dialect.ts';
import { findQuery } from '../lib/cli/query/library.ts';
import { Trace } from '../lib/otlp/trace/trace.ts';
import { corpusOf } from './corpora.ts';
import { spansOf, storedTraces } from './rows/stored-traces.ts';

const FIRST_HOUR_MS = Date.UTC(2026, 10, 21, 7);
const HOURS = 4;
/** Of one archive object: what a decide invocation finds in a busy minute. */
const SPANS_PER_OBJECT = 2048;
/** Of a query on Parquet; one on lines takes too long for more than one. */
const ROUNDS = 3;

const wanted = Number(process.argv[2] ?? 1_000_000);
assert(Number.isInteger(wanted) && wanted > 0, `expected a number of spans, got ${process.argv[2]}`);

interface Written {
  readonly spans: number;
  readonly jsonBytes: number;
  readonly gzipBytes: number;
  readonly traceId: string;
}

function writeArchive(dataDir: string): Written {
  const out = newLineWriter();
  const written = { spans: 0, jsonBytes: 0, gzipBytes: 0, traceId: '' };
  for (let n = 0; written.spans < wanted; n++) {
    const requests = corpusOf('gateway', SPANS_PER_OBJECT, n + 1);
    const [traces, spanCount] = [storedTraces(requests), spansOf(requests)];
    const nowMs = FIRST_HOUR_MS + Math.floor((Math.min(written.spans / wanted, 0.999) * HOURS + 0.0001) * MS_PER_HOUR);
    const lines = traces.flatMap(({ traceId, fragments }) => {
      const columns = { policy: 'errors', adjustedCount: 1, decidedAtMs: nowMs, firstSeq: 0 };
      return archiveLines(Trace.fromFragments(traceId, fragments), columns, out);
    });
    const path = join(
      dataDir,
      LOCAL_ARCHIVE,
      archiveKey(partitionOfHour(hourOf(nowMs)), nowMs, n.toString(16).padStart(16, '0')),
    );
    const text = Buffer.concat(lines);
    out.recycle();
    const bytes = gzipSync(text);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    written.spans += spanCount;
    written.jsonBytes += text.length;
    written.gzipBytes += bytes.length;
    written.traceId = traces[0]?.traceId ?? '';
  }
  return written;
}

/** Bytes that this process has asked the system for; undefined where it does not say. */
function bytesRead(): number | undefined {
  try {
    return Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

interface Cost {
  readonly bytes: number | undefined;
  readonly ms: number;
  readonly rows: number;
}

async function costOf(dataDir: string, sql: string, rounds: number): Promise<Cost> {
  const database = await openArchiveDatabase(dataDir);
  try {
    const times: number[] = [];
    let bytes: number | undefined;
    let rows = 0;
    for (let round = 0; round < rounds; round++) {
      const before = bytesRead();
      const startedAt = performance.now();
      rows = (await database.connection.runAndReadAll(sql)).currentRowCount;
      times.push(performance.now() - startedAt);
      const after = bytesRead();
      if (round === 0 && before !== undefined && after !== undefined) bytes = after - before;
    }
    return { bytes, ms: times.sort((a, b) => a - b)[rounds >> 1] ?? 0, rows };
  } finally {
    database.close();
  }
}

function queries(traceId: string): readonly (readonly [string, string])[] {
  const window = { from: '2026-11-21T07', to: '2026-11-21T11' };
  const named = (name: string, values: Readonly<Record<string, string>> = {}) =>
    [name, toDuckDb(renderQuery(findQuery(name), { ...window, ...values }, { nowMs: Date.now() }))] as const;
  return [
    named('red'),
    named('errors'),
    named('dependencies'),
    named('slow-requests', { service: 'gateway', min_duration_ms: '100' }),
    named('by-attribute', { key: 'http.route', value: '/cart' }),
    named('waterfall', { trace_id: traceId }),
    ['traces by service', 'SELECT root_service, count(*), sum(sample_weight) FROM traces GROUP BY 1'],
    [
      'one service, by start',
      "SELECT count(*), max(duration_ms) FROM spans WHERE service = 'cart' AND start_time < '2026-11-21'",
    ],
  ];
}

const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-bench-'));
try {
  const { spans, jsonBytes, gzipBytes, traceId } = writeArchive(dataDir);
  const asked = queries(traceId);
  const before = new Map<string, Cost>();
  for (const [name, sql] of asked) before.set(name, await costOf(dataDir, sql, 1));

  const cpu = process.cpuUsage();
  let peakBytes = 0;
  const onHour = () => {
    peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
  };
  const results = await compactDataFolder({
    dataDir,
    nowMs: Date.now() + 365 * 24 * MS_PER_HOUR,
    fromMs: undefined,
    toMs: undefined,
    isInterrupted: () => false,
    onHour,
  });
  const { user, system } = process.cpuUsage(cpu);
  const { parts, bytesAfter, objects } = sum(results);
  const perSpan = (bytes: number) => (bytes / spans).toFixed(1);
  console.log(`archive of ${spans.toLocaleString('en')} spans, Node ${process.version}`);
  console.log(`  lines                ${perSpan(jsonBytes).padStart(8)} bytes a span`);
  console.log(`  lines, gzip          ${perSpan(gzipBytes).padStart(8)} bytes a span in ${objects} objects`);
  console.log(`  Parquet, zstd        ${perSpan(bytesAfter).padStart(8)} bytes a span in ${parts} parts`);
  const seconds = (user + system) / 1e6;
  console.log(
    `  compaction           ${seconds.toFixed(1).padStart(8)} s of CPU, ${Math.round(spans / seconds).toLocaleString('en')} spans/s, ` +
      `${Math.round(jsonBytes / parts / (1 << 20))} MiB of lines a part, ${Math.round(peakBytes / (1 << 20))} MiB resident`,
  );
  console.log('query on DuckDB                  MB read: lines  Parquet  ratio      ms: lines  Parquet  ratio');
  for (const [name, sql] of asked) {
    const after = await costOf(dataDir, sql, ROUNDS);
    const lines = before.get(name) ?? after;
    assert.equal(after.rows, lines.rows, name);
    const megabytes = (bytes: number | undefined) => (bytes === undefined ? '-' : (bytes / 1e6).toFixed(2));
    const ratio = (a: number | undefined, b: number | undefined) => (a && b ? (a / b).toFixed(1) : '-');
    console.log(
      `  ${name.padEnd(30)} ${megabytes(lines.bytes).padStart(14)} ${megabytes(after.bytes).padStart(8)} ${ratio(lines.bytes, after.bytes).padStart(6)}` +
        ` ${lines.ms.toFixed(0).padStart(14)} ${after.ms.toFixed(0).padStart(8)} ${ratio(lines.ms, after.ms).padStart(6)}`,
    );
  }
} finally {
  rmSync(dataDir, { recursive: true });
}
