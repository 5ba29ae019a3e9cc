import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { formatUtc, hourOf } from '../../lib/archive/hours.ts';
import { archiveKey, LOCAL_ARCHIVE, partitionOfHour } from '../../lib/archive/layout.ts';
import { archiveLines, newLineWriter } from '../../lib/archive/line.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import type { KeptRecord } from '../../lib/read/ports.ts';
import { corpusOf } from '../corpora.ts';
import { storedTraces } from './stored-traces.ts';

export const FIRST_HOUR_MS = Date.UTC(2026, 10, 21, 7);
export const HOURS = 5;

/** What a decide invocation keeps in a busy minute. */
const TRACES_PER_OBJECT = 50;
const SPANS_PER_CORPUS = 20_000;

export interface SeededArchive {
  readonly traces: number;
  readonly spans: number;
  readonly objects: number;
  readonly jsonBytes: number;
  readonly gzipBytes: number;
  /** Where each trace is. */
  readonly records: ReadonlyMap<string, KeptRecord>;
  /** A value that one span of the last hour has. */
  readonly session: string;
}

/** Writes kept traces of the corpus `gateway` into a data folder, evenly over so many hours. */
export async function seedArchive(dataDir: string, wanted: number, hours = HOURS): Promise<SeededArchive> {
  const records = new Map<string, KeptRecord>();
  let [spans, objects, jsonBytes, gzipBytes, session] = [0, 0, 0, 0, ''];
  const write = (partition: string, atMs: number, lines: readonly string[], ids: readonly string[]) => {
    const key = archiveKey(partition, atMs, objects.toString(16).padStart(16, '0'));
    const path = join(dataDir, LOCAL_ARCHIVE, key);
    const text = Buffer.from(lines.join(''));
    const bytes = gzipSync(text);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    for (const id of ids) records.set(id, { partition, keys: [key], lineCount: 1 });
    session = /"app\.session","value":\{"stringValue":"(\w+)"/.exec(lines[0] ?? '')?.[1] ?? session;
    objects += 1;
    jsonBytes += text.length;
    gzipBytes += bytes.length;
  };
  let open: { partition: string; atMs: number; lines: string[]; ids: string[] } | undefined;
  for (let seed = 1; records.size + (open?.ids.length ?? 0) < wanted; seed++) {
    for (const { traceId, fragments } of storedTraces(corpusOf('gateway', SPANS_PER_CORPUS, seed))) {
      const count = records.size + (open?.ids.length ?? 0);
      if (count >= wanted) break;
      const startMs = FIRST_HOUR_MS + Math.floor((count / wanted) * hours * 3600) * 1000;
      const partition = partitionOfHour(hourOf(startMs));
      if (open !== undefined && (open.ids.length === TRACES_PER_OBJECT || open.partition !== partition)) {
        write(open.partition, open.atMs, open.lines, open.ids);
        open = undefined;
      }
      const trace = Trace.fromFragments(traceId, fragments);
      spans += trace.spanCount;
      open ??= { partition, atMs: startMs + 30_000, lines: [], ids: [] };
      open.lines.push(movedLine(trace, startMs));
      open.ids.push(traceId);
    }
  }
  if (open !== undefined) write(open.partition, open.atMs, open.lines, open.ids);
  return { traces: records.size, spans, objects, jsonBytes, gzipBytes, records, session };
}

const lineWriter = newLineWriter();

/** The line of a trace that began at another second. */
function movedLine(trace: Trace, startMs: number): string {
  const hasError = Array.from({ length: trace.spanCount }, (_, span) => trace.statusCode(span)).includes(2);
  const columns = hasError ? { policy: 'errors', adjustedCount: 1 } : { policy: 'sample-of-all', adjustedCount: 20 };
  const [line] = archiveLines(trace, { ...columns, decidedAtMs: startMs + 30_000, firstSeq: 0 }, lineWriter);
  const text = Buffer.from(line ?? []).toString();
  lineWriter.recycle();
  const began = Date.parse(`${/"start_time":"([^"]+)"/.exec(text)?.[1]?.replace(' ', 'T')}Z`);
  const seconds = Math.floor(startMs / 1000) - Math.floor(began / 1000);
  return text
    .replaceAll(/(UnixNano":")(\d{10})/g, (_, key: string, second: string) => `${key}${Number(second) + seconds}`)
    .replace(/"start_time":"[^"]+"/, `"start_time":"${formatUtc(began + seconds * 1000)}"`);
}
