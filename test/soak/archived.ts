import { ArchiveReader } from '../../lib/archive/archive-reader.ts';
import { parseLine } from '../../lib/archive/read-line.ts';
import { gunzipLines } from '../../lib/aws/codecs.ts';
import { FilesystemObjectStore } from '../../lib/aws/filesystem/object-store.ts';

/** The members of a line that tell its spans. */
export interface ArchivedLine {
  readonly trace_id: string;
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly { readonly traceId: string; readonly spanId: string; readonly name: string }[];
    }[];
  }[];
}

/** Every line of an archive, as Tailgate itself reads it. @param folder in which `traces/` is */
export async function* readLines(folder: string): AsyncGenerator<ArchivedLine> {
  const reader = new ArchiveReader({ store: new FilesystemObjectStore(folder) });
  for await (const { key } of reader.list({})) {
    const bytes = await reader.open(key);
    if (bytes === undefined) throw new Error(`${key} is gone`);
    for await (const line of gunzipLines(bytes)) yield parseLine(line).json as ArchivedLine;
  }
}

export function* spansOf({ resourceSpans }: ArchivedLine) {
  for (const { scopeSpans } of resourceSpans) for (const { spans } of scopeSpans) yield* spans;
}

/** How many spans are in the archive more than once, counting each further copy. */
export async function repeatedSpans(folder: string): Promise<number> {
  const seen = new Set<string>();
  let repeated = 0;
  for await (const line of readLines(folder)) {
    for (const { traceId, spanId } of spansOf(line)) {
      const span = `${traceId}${spanId}`;
      if (seen.has(span)) repeated += 1;
      seen.add(span);
    }
  }
  return repeated;
}
