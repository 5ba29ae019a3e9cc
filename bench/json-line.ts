/** `node bench/json-line.ts`: from a whole trace to its line in the archive, against protobufjs. */
import assert from 'node:assert/strict';
import { archiveLines } from '../lib/archive/line.ts';
import { Trace } from '../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../proto/generated/otlp.js';
import { compare } from './compare.ts';
import type { Layout } from './corpus.ts';
import { type CorpusTrace, traceCorpus } from './trace-corpus.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const COLUMNS = { policy: 'errors', adjustedCount: 1, decidedAtMs: 1_763_700_030_000, firstSeq: 0 };

/** The usual way: decode, `toObject`, IDs from base64 to hex, `JSON.stringify`. */
function lineWithObjects({ traceId, fragments }: CorpusTrace): Uint8Array {
  const resourceSpans = fragments.flatMap((fragment) => {
    const message = TracesData.toObject(TracesData.decode(fragment), { longs: String, bytes: String, json: true });
    return message['resourceSpans'] ?? [];
  });
  for (const { scopeSpans } of resourceSpans) {
    for (const { spans } of scopeSpans) for (const span of spans) fixSpan(span);
  }
  const columns = { trace_id: traceId, sampling_policy: COLUMNS.policy, seq: 0 };
  return Buffer.from(`${JSON.stringify({ resourceSpans, ...columns })}\n`);
}

function fixSpan(span: Record<string, unknown>): void {
  fixIds(span, ['traceId', 'spanId', 'parentSpanId']);
  for (const link of (span['links'] ?? []) as Record<string, unknown>[]) fixIds(link, ['traceId', 'spanId']);
}

function fixIds(message: Record<string, unknown>, keys: readonly string[]): void {
  for (const key of keys) {
    const id = message[key];
    if (typeof id === 'string') message[key] = Buffer.from(id, 'base64').toString('hex');
  }
}

function lineFromBytes({ traceId, fragments }: CorpusTrace): Uint8Array {
  const [line] = archiveLines(Trace.fromFragments(traceId, fragments), COLUMNS);
  return line ?? new Uint8Array(0);
}

function spansOf(line: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(line)).resourceSpans;
}

/** Compares on traces of this layout; equal lines are asserted first. */
export function measureJsonLine(layout: Layout): void {
  const { traces, spanCount } = traceCorpus(layout, 4);
  for (const trace of traces) assert.deepEqual(spansOf(lineFromBytes(trace)), spansOf(lineWithObjects(trace)));
  const onEach = (write: (trace: CorpusTrace) => Uint8Array) => () => {
    for (const trace of traces) write(trace);
  };
  compare(
    `trace to JSON line, ${layout}`,
    [
      { name: 'protobufjs: decode, toObject, stringify', run: onEach(lineWithObjects) },
      { name: 'archiveLines (with the columns)', run: onEach(lineFromBytes) },
    ],
    { units: spanCount, unit: 'spans' },
  );
}

if (import.meta.main) {
  for (const layout of ['mixed', 'sdk'] as const) measureJsonLine(layout);
}
