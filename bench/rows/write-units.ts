/** Rows of the bill: what the fragments of a trace cost to write. */
import assert from 'node:assert/strict';
import { toFragmentItem } from '../../lib/aws/dynamodb/fragment-item.ts';
import { itemBytes, writeUnits } from '../../lib/aws/dynamodb/schema.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { type CorpusName, corpusOf } from '../corpora.ts';
import { spread } from '../table/rounds.ts';
import type { Measurement, Row, Size } from '../table/row.ts';

/** One PUT of S3 costs as much as so many write units. */
const SPILL_UNITS = 8;

/** The floor is what dictionary v1 reaches; the goal, what a dictionary does that is trained on the traffic. */
const BOUNDS: readonly (readonly [CorpusName, floor: number, goal: number])[] = [
  ['gateway', 2.3, 1.6],
  ['pod', 3.3, 2.8],
  ['lambda', 3.1, 2.4],
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
  const figures = Array.from({ length: Math.min(rounds, 5) }, (_, round) => unitsOfSeed(corpus, spans, round + 1));
  const { value, quartiles } = spread(figures.map(({ units }) => units));
  const least = spread(figures.map(({ fragments }) => fragments)).value;
  return { value, quartiles, note: `${least.toFixed(2)} fragments a trace: no item costs less than one` };
}

function unitsOfSeed(corpus: CorpusName, spans: number, seed: number): { units: number; fragments: number } {
  const traces = new Set<string>();
  let units = 0;
  let fragments = 0;
  for (const { protobuf } of corpusOf(corpus, spans, seed)) {
    for (const { traceId, payload, spanCount } of regroup(protobuf).fragments) {
      traces.add(traceId);
      fragments++;
      const fragment = { traceId, hash: '0'.repeat(24), payload, receivedAtMs: 1.8e12, spanCount };
      const { item, spill } = toFragmentItem(fragment, 1.8e9);
      units += writeUnits(itemBytes(item)) + (spill === undefined ? 0 : SPILL_UNITS);
    }
  }
  assert.ok(units >= fragments);
  return { units: units / traces.size, fragments: fragments / traces.size };
}
