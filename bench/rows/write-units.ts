/** Rows of the bill: what the fragments of a trace cost to write. */
import assert from 'node:assert/strict';
import { trainDictionary } from '../../lib/aws/dynamodb/dictionary-training.ts';
import { type FragmentCoding, toFragmentItem } from '../../lib/aws/dynamodb/fragment-item.ts';
import { itemBytes, writeUnits } from '../../lib/aws/dynamodb/schema.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { type CorpusName, corpusOf } from '../corpora.ts';
import { spread } from '../table/rounds.ts';
import type { Measurement, Row, Size } from '../table/row.ts';

/** One PUT of S3 costs as much as so many write units. */
const SPILL_UNITS = 8;
/** As many fragments as the functions train on; those of another seed, as of another day. */
const SAMPLES = 256;
const TRAINING_SEED = 1_000;

/** Dictionary v1 alone needs about a third more than the floor; the goal is near one unit for each fragment. */
const BOUNDS: readonly (readonly [CorpusName, floor: number, goal: number])[] = [
  ['gateway', 1.8, 1.6],
  ['pod', 2.8, 2.6],
  ['lambda', 2.4, 2.2],
];

export const WRITE_UNIT_ROWS: readonly Row[] = BOUNDS.map(([corpus, floor, goal]) => ({
  name: `write units for the fragments of a trace, ${corpus}`,
  unit: 'units',
  floor,
  goal,
  better: 'lower',
  measure: (size) => unitsOfTrace(corpus, size),
}));

/** Counted, not timed: the rounds are other seeds. */
function unitsOfTrace(corpus: CorpusName, { rounds, spans }: Size): Measurement {
  const samples = corpusOf(corpus, spans, TRAINING_SEED).flatMap(({ protobuf }) => regroup(protobuf).fragments);
  const bytes = trainDictionary(samples.slice(0, SAMPLES).map(({ payload }) => payload));
  const coding = { dictionary: { id: '0'.repeat(16), bytes, expiresAt: Number.POSITIVE_INFINITY } };
  const seeds = Array.from({ length: Math.min(rounds, 5) }, (_, round) => round + 1);
  const figures = seeds.map((seed) => unitsOfSeed(corpus, spans, seed, coding));
  const untrained = spread(seeds.map((seed) => unitsOfSeed(corpus, spans, seed, {}).units)).value;
  const { value, quartiles } = spread(figures.map(({ units }) => units));
  const least = spread(figures.map(({ fragments }) => fragments)).value;
  return {
    value,
    quartiles,
    note: `${untrained.toFixed(2)} without training; ${least.toFixed(2)} fragments a trace, one unit each at least`,
  };
}

function unitsOfSeed(
  corpus: CorpusName,
  spans: number,
  seed: number,
  coding: FragmentCoding,
): { units: number; fragments: number } {
  const traces = new Set<string>();
  let units = 0;
  let fragments = 0;
  for (const { protobuf } of corpusOf(corpus, spans, seed)) {
    for (const { traceId, payload, spanCount } of regroup(protobuf).fragments) {
      traces.add(traceId);
      fragments++;
      const fragment = { traceId, hash: '0'.repeat(24), payload, receivedAtMs: 1.8e12, spanCount };
      const { item, spill } = toFragmentItem(fragment, 1.8e9, {}, coding);
      units += writeUnits(itemBytes(item)) + (spill === undefined ? 0 : SPILL_UNITS);
    }
  }
  assert.ok(units >= fragments);
  return { units: units / traces.size, fragments: fragments / traces.size };
}
