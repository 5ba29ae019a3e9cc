/** Rows of large traces: a fragment costs the same, whether its trace has ten of them or ten thousand. */
import { type FragmentCase, type FragmentCost, measureFragments } from '../fragments.ts';
import { spread } from '../table/rounds.ts';
import type { Measurement, Row, Size } from '../table/row.ts';

const FEW = 10;
const MANY = 10_000;

const CASES = (['on time', 'late'] as const).flatMap((arrival) =>
  (['kept', 'dropped'] as const).map((outcome) => ({ arrival, outcome })),
);

export const FRAGMENT_ROWS: readonly Row[] = CASES.map((one) => ({
  name: `decide: a fragment of ${MANY.toLocaleString('en')} : one of ${FEW}, ${one.arrival}, ${one.outcome}`,
  unit: '×',
  floor: 2,
  goal: 1.2,
  better: 'lower',
  isLong: true,
  measure: (size) => flatness(one, size),
}));

/** The largest of the ratios of processor time, read units and write units of a fragment. */
async function flatness(one: Omit<FragmentCase, 'fragments'>, { rounds }: Size): Promise<Measurement> {
  await measureFragments({ ...one, fragments: 100 });
  const parts: Record<string, number[]> = { 'processor time': [], 'read units': [], 'write units': [] };
  const worst: number[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    // As many fragments in all, a few traces of them before and after the large one.
    const before = await averageOfFew(one);
    const many = await measureFragments({ ...one, fragments: MANY });
    const after = await averageOfFew(one);
    const ratios = {
      'processor time': (2 * many.cpuMicros) / (before.cpuMicros + after.cpuMicros),
      'read units': many.readUnits / before.readUnits,
      'write units': many.writeUnits / before.writeUnits,
    };
    for (const [name, ratio] of Object.entries(ratios)) parts[name]?.push(ratio);
    worst.push(Math.max(...Object.values(ratios)));
  }
  const note = Object.entries(parts).map(([name, ratios]) => `${name} ${spread(ratios).value.toFixed(2)}`);
  return { ...spread(worst), note: note.join(', ') };
}

async function averageOfFew(one: Omit<FragmentCase, 'fragments'>) {
  const costs: FragmentCost[] = [];
  for (let trace = 0; trace < 50; trace++) costs.push(await measureFragments({ ...one, fragments: FEW }));
  const mean = (pick: (cost: FragmentCost) => number) =>
    costs.reduce((sum, cost) => sum + pick(cost), 0) / costs.length;
  return {
    cpuMicros: mean(({ cpuMicros }) => cpuMicros),
    readUnits: mean(({ readUnits }) => readUnits),
    writeUnits: mean(({ writeUnits }) => writeUnits),
  };
}
