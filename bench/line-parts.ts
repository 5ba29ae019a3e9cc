/**
 * `node bench/line-parts.ts`: what the parts of a JSON line cost, by leaving out each from the traces. The works take turns in one
 * process; the median of the rounds is that of processor time.
 */
import { archiveLines, newLineWriter } from '../lib/archive/line.ts';
import { columnsOf } from '../lib/archive/line-columns.ts';
import { Trace } from '../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../proto/generated/otlp.js';
import { corpusOf } from './corpora.ts';
import { leastLine } from './rows/bounds/line.ts';
import { onEach, type StoredTrace, spansOf, storedTraces } from './rows/stored-traces.ts';
import { lineOfObjects } from './rows/with-objects.ts';
import { median, microsOf, type Work } from './table/rounds.ts';
import { FULL } from './table/row.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
type TracesData = opentelemetry.proto.trace.v1.TracesData.$Properties;
const COLUMNS = { policy: 'errors', adjustedCount: 1, decidedAtMs: 1_795_262_430_000, firstSeq: 0 };

const requests = corpusOf('gateway', FULL.spans);
const traces = storedTraces(requests);
const out = newLineWriter();
const traceOf = ({ traceId, fragments }: StoredTrace) => Trace.fromFragments(traceId, fragments);
const lineOf = (trace: StoredTrace) => archiveLines(traceOf(trace), COLUMNS, out)[0] ?? new Uint8Array(0);

/** The traces with something less in each message. */
function without(strip: (data: TracesData) => void): StoredTrace[] {
  return traces.map(({ traceId, fragments }) => ({
    traceId,
    fragments: fragments.map((fragment) => {
      const data = TracesData.decode(fragment);
      strip(data);
      return new Uint8Array(TracesData.encode(data).finish());
    }),
  }));
}

const scopesOf = ({ resourceSpans }: TracesData) => (resourceSpans ?? []).flatMap(({ scopeSpans }) => scopeSpans ?? []);
const bareSpans = without((data) => {
  for (const span of scopesOf(data).flatMap(({ spans }) => spans ?? [])) span.attributes = [];
});
const bareOwners = without((data) => {
  for (const each of data.resourceSpans ?? []) each.resource = null;
  for (const each of scopesOf(data)) each.scope = null;
});

/** Lines of all of them, whose memory is given back. */
const linesOf = (some: readonly StoredTrace[]): Work => {
  const writeAll = onEach(some, lineOf);
  return () => {
    writeAll();
    out.recycle();
  };
};
const finished = traces.map((trace) => ({ trace, line: lineOf(trace).slice() }));
const works: Readonly<Record<string, Work>> = {
  'with objects': onEach(traces, lineOfObjects),
  'whole line': linesOf(traces),
  'without attributes of spans': linesOf(bareSpans),
  'without resources and scopes': linesOf(bareOwners),
  'reading the fragments alone': onEach(traces, traceOf),
  'reading, and the columns': onEach(traces, (trace) => columnsOf(traceOf(trace), COLUMNS)),
  bound: onEach(finished, ({ trace, line }) => leastLine(trace, line)),
};
const names = Object.keys(works);
const micros = new Map<string, number[]>(names.map((name) => [name, []]));
for (let round = -3; round < FULL.rounds; round++) {
  for (const name of round % 2 === 0 ? names : names.toReversed()) {
    const spent = (await microsOf(works[name] as Work, FULL.sliceMs)) / spansOf(requests);
    if (round >= 0) micros.get(name)?.push(spent);
  }
}
console.log(
  `JSON lines of a gateway: processor time of a span in µs (medians of ${FULL.rounds} rounds, Node ${process.version})`,
);
for (const [name, ofRounds] of micros) console.log(`  ${name.padEnd(30)} ${median(ofRounds).toFixed(2)}`);
