import type { Measurement, Micros, Size } from './row.ts';

/** Does the work once over the whole corpus. */
export type Work = () => unknown;

export interface Sides {
  readonly base: Work;
  readonly own: Work;
  /** What no implementation avoids of our own side's work. */
  readonly bound?: Work;
}

/** How many times as fast as the base: its processor time by our own, of the same round. */
export function timesAsFast(sides: Sides, size: Size, units: number): Promise<Measurement> {
  return compareSides(sides, size, units, (base, own) => base / own);
}

/** How many times as dear as the base: our own processor time by its, of the same round. */
export function timesAsDear(sides: Sides, size: Size, units: number): Promise<Measurement> {
  return compareSides(sides, size, units, (base, own) => own / base);
}

type Ratio = (baseMicros: number, ownMicros: number) => number;

/**
 * The sides take turns in short slices, in another order each round. A slice is rated by the processor time of the whole process,
 * with its garbage collection, against the other side's of the same round: other load on the machine hits all alike.
 */
async function compareSides(
  sides: Sides,
  { rounds, sliceMs }: Size,
  units: number,
  ratio: Ratio,
): Promise<Measurement> {
  const works: readonly Work[] = [sides.base, sides.own, ...(sides.bound === undefined ? [] : [sides.bound])];
  const micros = works.map((): number[] => []);
  const warmUps = sliceMs === 0 ? 0 : 3;
  for (let round = 0; round < warmUps + rounds; round++) {
    for (const side of orderOf(round, works.length)) {
      const ofSide = await microsOf(works[side] as Work, sliceMs);
      if (round >= warmUps) micros[side]?.push(ofSide / units);
    }
  }
  return measurementOf(micros, ratio);
}

/** Each side is first, and last, in as many rounds as the others. @returns the numbers of the sides */
function orderOf(round: number, sides: number): number[] {
  const order = Array.from({ length: sides }, (_, turn) => (turn + (round >> 1)) % sides);
  return round % 2 === 0 ? order : order.reverse();
}

/**
 * What rounds amount to.
 *
 * @param micros of the base, of our own side, and of the bound if there is one: a figure for each round
 * @param ratio the figure of the row
 * @param per what the figures are for
 */
export function measurementOf(
  [ofBase = [], ofOwn = [], ofBound]: readonly (readonly number[])[],
  ratio: Ratio,
  per: Micros['per'] = 'span',
): Measurement {
  const ofRounds = (one: readonly number[], other: readonly number[], work: Ratio) =>
    spread(one.map((value, round) => work(value, other[round] ?? Number.NaN)));
  const [base, own] = [spread(ofBase).value, spread(ofOwn).value];
  const ratios = ofRounds(ofBase, ofOwn, ratio);
  if (ofBound === undefined) return { ...ratios, micros: { per, own, base } };
  const value = ofRounds(ofBase, ofBound, ratio).value;
  const share = ofRounds(ofBound, ofOwn, (bound, spent) => bound / spent).value;
  return { ...ratios, bound: { value, share }, micros: { per, own, base, bound: spread(ofBound).value } };
}

/** Microseconds of processor time for one run, from as many as fit into the slice, and at least one. */
export async function microsOf(work: Work, sliceMs: number): Promise<number> {
  const start = process.cpuUsage();
  for (let runs = 1; ; runs++) {
    const result = work();
    if (result instanceof Promise) await result;
    const { user, system } = process.cpuUsage(start);
    if (user + system >= sliceMs * 1000) return (user + system) / runs;
  }
}

/** The one with the value in the middle. There must be one at least. */
export function middleOf(measurements: readonly Measurement[]): Measurement {
  const sorted = measurements.toSorted((a, b) => a.value - b.value);
  return sorted[sorted.length >> 1] as Measurement;
}

/** Median and quartiles. */
export function spread(values: readonly number[]): Measurement {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return { value: at(0.5), quartiles: [at(0.25), at(0.75)] };
}

/** The value in the middle, the upper of two. */
export function median(values: readonly number[]): number {
  return spread(values).value;
}
