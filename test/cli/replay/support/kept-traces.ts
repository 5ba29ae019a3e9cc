import { gzipSync } from 'node:zlib';
import { archiveKey } from '../../../../lib/archive/layout.ts';
import { archiveLines } from '../../../../lib/archive/line.ts';
import { buildTrace, type SpanSpec } from '../../../support/build-trace.ts';
import { writeFile } from '../../query/support/archive-folder.ts';

const HOUR = 'dt=2026-11-21/hour=10';
const WRITTEN_MS = Date.UTC(2026, 10, 21, 11);

/** 32 hex digits. */
export const idOf = (index: number): string => index.toString(16).padStart(32, '0');
export const idsOf = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => idOf(first + index));

export interface KeptTrace {
  readonly traceId: string;
  /** @default one span */
  readonly spans?: readonly SpanSpec[];
  /** @default 0 */
  readonly seq?: number;
}

/** The lines of these traces, as the pipeline writes them. */
export function linesOf(traces: readonly KeptTrace[]): Buffer {
  return Buffer.concat(
    traces.flatMap(({ traceId, spans = [{ name: 'work' }], seq = 0 }) =>
      archiveLines(buildTrace([[{ resource: { 'service.name': 'shop' }, spans }]], traceId), {
        policy: 'all',
        adjustedCount: 1,
        decidedAtMs: WRITTEN_MS,
        firstSeq: seq,
      }),
    ),
  );
}

/** The key of an object; ascending in `index`. */
export function objectKey(index: number, partition = HOUR): string {
  return archiveKey(partition, WRITTEN_MS, index.toString(16).padStart(16, '0'));
}

/** Writes an object into the archive of a data folder. @returns its key */
export function keep(dataDir: string, index: number, traces: readonly KeptTrace[], partition = HOUR): string {
  const key = objectKey(index, partition);
  writeFile(dataDir, key.replace('traces/', ''), gzipSync(linesOf(traces)));
  return key;
}

/** So many objects with so many traces each. @returns all trace IDs in order */
export function keepMany(dataDir: string, objects: number, tracesEach: number): string[] {
  for (let index = 0; index < objects; index++) {
    keep(
      dataDir,
      index,
      idsOf(1 + index * tracesEach, tracesEach).map((traceId) => ({ traceId })),
    );
  }
  return idsOf(1, objects * tracesEach);
}
