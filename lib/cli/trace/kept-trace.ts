import { scopedKey, type TenantScope } from '../../archive/layout.ts';
import type { ObjectStore } from '../../archive/ports.ts';
import { readTraceLine } from '../../archive/read-line.ts';
import { gunzipLines } from '../../aws/codecs.ts';
import { protobufFromJson } from '../../otlp/json-decode/decode-request.ts';
import { Trace } from '../../otlp/trace/trace.ts';
import type { KeptFate } from '../../pipeline/explain/trace-report.ts';

/** A kept trace, as the archive objects have it that its record names. */
export interface KeptLines {
  /** Undefined: none of its lines was found, for instance because their retention is over. */
  readonly trace: Trace | undefined;
  /** Lines that were found. Fewer than the claims have: those of late spans are in objects that the record no longer names. */
  readonly lineCount: number;
}

/** Reads the lines of a trace, an object at a time. @throws {UnreadableError} for an object that is damaged */
export async function readKeptTrace(
  traceId: string,
  { objects }: Pick<KeptFate, 'objects'>,
  store: Pick<ObjectStore, 'open'>,
  scope: TenantScope,
): Promise<KeptLines> {
  const parts: Uint8Array[] = [];
  for (const { key, state } of objects) {
    const bytes = state === 'written' ? await store.open(scopedKey(key, scope)) : undefined;
    if (bytes === undefined) continue;
    for await (const line of gunzipLines(bytes)) {
      // A line is valid TracesData, with further members that readers of OTLP ignore.
      if (readTraceLine(line, (head) => head.traceId === traceId) !== undefined) parts.push(protobufFromJson(line));
    }
  }
  const trace = parts.length === 0 ? undefined : Trace.fromFragments(traceId, parts);
  return { trace, lineCount: parts.length };
}
