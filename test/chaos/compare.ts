import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type ArchivedLine, spansOf } from '../soak/archived.ts';
import type { Ledger } from './ledger.ts';
import { nameOf } from './spans.ts';

export interface Comparison {
  readonly keptTraces: number;
  /** Spans of kept traces that were accepted: what must be there. */
  readonly expected: number;
  /** Of all spans in the archive, each once. */
  readonly found: number;
  /** `trace span: why`. */
  readonly missing: readonly string[];
  readonly double: readonly string[];
  /** Of traces that must not be kept, or that nobody sent. */
  readonly wrong: readonly string[];
  /** Why the rest of the archive could not be read. */
  readonly unreadable?: string;
}

/** Reads the archive with nothing of Tailgate: files, gunzip, JSON. */
export async function* readIndependently(folder: string): AsyncGenerator<ArchivedLine> {
  const files = readdirSync(join(folder, 'traces'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.jsonl.gz')).sort()) {
    const text = gunzipSync(readFileSync(join(folder, 'traces', file))).toString();
    for (const line of text.split('\n')) if (line !== '') yield JSON.parse(line);
  }
}

/** Notes how often each span is there. Resolves to how many of them are. */
async function findSpans(ledger: Ledger, lines: AsyncIterable<ArchivedLine>, wrong: string[]): Promise<number> {
  let found = 0;
  for await (const line of lines) {
    const traceId = line.trace_id;
    const trace = ledger.get(traceId);
    for (const { traceId: id, spanId, name } of spansOf(line)) {
      const index = trace?.plan.spans.findIndex((span) => span.spanId === spanId) ?? -1;
      if (trace === undefined || index < 0) wrong.push(`${traceId} ${spanId}: nobody sent it`);
      else if (id !== traceId || name !== nameOf(index)) wrong.push(`${traceId} ${spanId}: is ${id} "${name}"`);
      else {
        if (trace.found[index] === 0) found += 1;
        trace.found[index] = (trace.found[index] ?? 0) + 1;
      }
    }
  }
  return found;
}

/** Compares what a reader finds with what the exporters were told. */
export async function compare(ledger: Ledger, lines: AsyncIterable<ArchivedLine>): Promise<Comparison> {
  for (const trace of ledger.traces) trace.found.fill(0);
  const wrong: string[] = [];
  let unreadable: string | undefined;
  const found = await findSpans(ledger, lines, wrong).catch((error: Error) => {
    unreadable = error.message;
    return 0;
  });
  const missing: string[] = [];
  const double: string[] = [];
  let keptTraces = 0;
  let expected = 0;
  for (const trace of ledger.traces) {
    const { isKept, plan } = trace;
    if (isKept === true) keptTraces += 1;
    for (const [index, { spanId }] of plan.spans.entries()) {
      const times = trace.found[index] ?? 0;
      const what = `${plan.traceId} ${spanId} (${plan.kind}, span ${index} of ${plan.spans.length})`;
      if (times > 1) double.push(`${what}: ${times} times`);
      if (times > 0 && isKept === false) wrong.push(`${what}: its trace must not be kept`);
      if (isKept === true && trace.isAccepted(index)) {
        expected += 1;
        if (times === 0) missing.push(what);
      }
    }
  }
  return { keptTraces, expected, found, missing, double, wrong, ...(unreadable !== undefined && { unreadable }) };
}

/** Files of objects that were never finished. */
export function draftsIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.draft-')).length;
}
