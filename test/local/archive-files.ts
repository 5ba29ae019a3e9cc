import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One line of the archive, with what is not OTLP in snake case. */
export interface ArchiveLine {
  readonly resourceSpans: readonly {
    readonly resource: unknown;
    readonly scopeSpans: readonly { readonly spans: readonly ArchivedSpan[] }[];
  }[];
  readonly trace_id: string;
  readonly sampling_policy: string;
  readonly sample_weight: number | null;
  readonly span_count: number;
  readonly seq: number;
}

export interface ArchivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
}

/** Every line of every object of the local archive, read from disk as a person would. */
export function readArchive(dataDir: string): ArchiveLine[] {
  const folder = join(dataDir, 'archive', 'traces');
  // There is none before the first trace is kept.
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.jsonl.gz'))
    .flatMap((file) =>
      gunzipSync(readFileSync(join(folder, file)))
        .toString()
        .split('\n'),
    )
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

export function spansOf(lines: readonly ArchiveLine[]): ArchivedSpan[] {
  return lines.flatMap((line) =>
    line.resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans)),
  );
}
