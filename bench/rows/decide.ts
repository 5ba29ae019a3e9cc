/** Rows of deciding: policies on whole traces, and their lines in the archive. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { archiveLines, newLineWriter } from '../../lib/archive/line.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import { type Decision, evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';
import { type CorpusName, corpusOf, samplingConfig } from '../corpora.ts';
import { timesAsFast } from '../table/rounds.ts';
import type { Row, Size } from '../table/row.ts';
import { ownerBytesOf, textBytesOf } from './bounds/counts.ts';
import { leastLine } from './bounds/line.ts';
import { leastVotes } from './bounds/policies.ts';
import { onEach, type StoredTrace, spansOf, storedTraces } from './stored-traces.ts';
import { lineOfObjects, votesOfObjects } from './with-objects.ts';

export const DECIDE_ROWS: readonly Row[] = (['gateway', 'pod'] as const).flatMap((corpus) => [
  {
    name: `policies : protobufjs decode and policies by hand, ${corpus}`,
    unit: '×',
    floor: 20,
    goal: 28,
    better: 'higher' as const,
    measure: (size: Size) => policies(corpus, size),
  },
  {
    name: `JSON line : toObject and JSON.stringify, ${corpus}`,
    unit: '×',
    floor: 9,
    goal: 12,
    better: 'higher' as const,
    measure: (size: Size) => lines(corpus, size, (line) => line, leastLine),
  },
  {
    name: `JSON line and gzip : the same, both at level 6, ${corpus}`,
    unit: '×',
    floor: 2.7,
    goal: 3.5,
    better: 'higher' as const,
    measure: (size: Size) => lines(corpus, size, gzip6, (_, line) => gzip6(line)),
  },
]);

const ALLOWANCES = { take: () => true, shareOf: ({ goal }: { readonly goal: number }) => goal };
/** The policies that look at spans: those that {@link votesOfObjects} evaluates, too. */
const LOOKING = ['errors', 'slow', 'route'];

function configOf(text: string): SamplingConfig {
  const parsed = parseSamplingConfig(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.config;
}

function policies(corpus: CorpusName, size: Size) {
  const requests = corpusOf(corpus, size.spans);
  const traces = storedTraces(requests);
  const whole = configOf(samplingConfig('30s'));
  const config = { ...whole, policies: whole.policies.filter(({ name }) => LOOKING.includes(name)) };
  const decide = ({ traceId, fragments }: StoredTrace): Decision =>
    evaluatePolicies(config, Trace.fromFragments(traceId, fragments), ALLOWANCES);
  for (const trace of traces) {
    const { votes, errors } = decide(trace);
    assert.deepEqual(errors, []);
    assert.equal(votes.map(({ vote }) => vote === 'sampled').join(), votesOfObjects(trace), trace.traceId);
    assert.equal(leastVotes(trace), votesOfObjects(trace), trace.traceId);
  }
  const sides = {
    base: onEach(traces, votesOfObjects),
    own: onEach(traces, decide),
    bound: onEach(traces, leastVotes),
  };
  return timesAsFast(sides, size, spansOf(requests));
}

const COLUMNS = { policy: 'errors', adjustedCount: 1, decidedAtMs: 1_795_262_430_000, firstSeq: 0 };

const out = newLineWriter();

function lineOf({ traceId, fragments }: StoredTrace): Uint8Array {
  const [line, ...more] = archiveLines(Trace.fromFragments(traceId, fragments), COLUMNS, out);
  if (line === undefined || more.length > 0) throw new Error('expected one line');
  return line;
}

function gzip6(line: Uint8Array): Uint8Array {
  return gzipSync(line, { level: 6 });
}

/** @param least the bound, which gets the finished line. With gzip it is zlib alone: our own work counts as nothing */
function lines(
  corpus: CorpusName,
  size: Size,
  store: (line: Uint8Array) => unknown,
  least: (trace: StoredTrace, line: Uint8Array) => unknown,
) {
  const requests = corpusOf(corpus, size.spans);
  const traces = storedTraces(requests);
  const spansOfLine = (line: Uint8Array) => JSON.parse(new TextDecoder().decode(line)).resourceSpans;
  // A copy: the next line may overwrite it.
  const finished = traces.map((trace) => ({ trace, line: lineOf(trace).slice() }));
  for (const { trace, line } of finished) {
    assert.deepEqual(spansOfLine(line), spansOfLine(lineOfObjects(trace)));
    assert.equal(leastLine(trace, line).length, line.length);
    assert.equal(leastLine(trace, line).textBytes, textBytesOf(trace));
    assert.equal(leastLine(trace, line).ownerBytes, ownerBytesOf(trace));
  }
  const base = onEach(traces, (trace) => store(lineOfObjects(trace)));
  const writeAll = onEach(traces, (trace) => store(lineOf(trace)));
  const own = () => {
    writeAll();
    // As a round does when its objects have been created: the corpus is about one round.
    out.recycle();
  };
  const bound = onEach(finished, ({ trace, line }) => least(trace, line));
  return timesAsFast({ base, own, bound }, size, spansOf(requests));
}
