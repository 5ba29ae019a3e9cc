import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

export const PARTITION = 'dt=2026-09-15/hour=07';

/** A data folder that is gone after the test. */
export function newDataFolder(name = 'data'): string {
  const parent = mkdtempSync(join(tmpdir(), 'tailgate-query-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const dataDir = join(parent, name);
  mkdirSync(dataDir);
  return dataDir;
}

/** Writes an archive object: one line for each value; a text is a line as it stands. */
export function writeObject(dataDir: string, key: string, lines: readonly unknown[]): void {
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  writeFile(dataDir, key, gzipSync(text));
}

export function writeFile(dataDir: string, key: string, bytes: Uint8Array | string): void {
  const path = join(dataDir, 'archive', 'traces', key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** A data folder whose archive holds these lines in one object. */
export function dataFolderWith(lines: readonly unknown[], partition = PARTITION): string {
  const dataDir = newDataFolder();
  writeObject(dataDir, `${partition}/traces_20260915T071300000Z-00000000000000aa.jsonl.gz`, lines);
  return dataDir;
}

/** An archive line around the given resourceSpans. */
export function line(resourceSpans: unknown, columns: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    resourceSpans,
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    start_time: '2026-09-15 07:12:33.123',
    duration_ms: 812.5,
    root_service: 'gateway',
    root_name: 'POST /checkout',
    services: ['gateway', 'payment'],
    span_count: 2,
    error_count: 1,
    status: 'ERROR',
    sampling_policy: 'errors',
    sample_weight: 1,
    decided_at: '2026-09-15 07:13:03.456',
    seq: 0,
    ...columns,
  };
}

/** resourceSpans of one span with these fields. */
export function oneSpan(span: Record<string, unknown>, resourceAttributes: readonly unknown[] = []): unknown {
  return [
    {
      resource: { attributes: resourceAttributes },
      scopeSpans: [
        {
          scope: { name: 'checkout', version: '1.2.3' },
          spans: [
            {
              traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
              spanId: '00f067aa0ba902b7',
              startTimeUnixNano: '1789456353123000000',
              endTimeUnixNano: '1789456353135500000',
              ...span,
            },
          ],
        },
      ],
    },
  ];
}
