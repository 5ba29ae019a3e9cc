import { type Interval, type Probability, SAMPLE_SPACE } from './probability.ts';

/** Intervals that must all hold. */
type Box = readonly Interval[];

/** More than a dozen independent sources need. */
const MAX_STEPS = 5000;
/** The relative difference that rounding can make between equal probabilities. */
const TOLERANCE = 1e-9;

/**
 * The probability, above 0 and up to 1, that any of `keeps` comes about and none of `drops`. Null when it is unknown:
 * an unknown probability makes a difference, or the computation would take too long.
 */
export function keptProbability(keeps: readonly Probability[], drops: readonly Probability[]): number | null {
  const [first] = keeps;
  const single = keeps.length === 1 && drops.length === 0 && first?.isKnown ? onlyOne(first.intervals) : undefined;
  if (single !== undefined) return shareOf(single.length);

  const least = measure(boxesOf(keeps.filter(isKnown)), boxesOf(drops), { left: MAX_STEPS });
  const isAllKnown = keeps.every(isKnown) && drops.every(isKnown);
  const most = isAllKnown ? least : measure(boxesOf(keeps), boxesOf(drops.filter(isKnown)), { left: MAX_STEPS });
  return least > 0 && most - least <= TOLERANCE * most ? least : null;
}

function isKnown(probability: Probability): boolean {
  return probability.isKnown;
}

function boxesOf(probabilities: readonly Probability[]): readonly Box[] {
  return probabilities.map(({ intervals }) => intervals);
}

function onlyOne(intervals: readonly Interval[]): Interval | undefined {
  return intervals.length === 1 ? intervals[0] : undefined;
}

function shareOf(length: bigint): number {
  return Number(length) / Number(SAMPLE_SPACE);
}

/**
 * The measure of the union of `keeps` without the union of `drops`, by recursion over the sources: between two
 * neighbouring ends of a source's intervals every value has the same effect. NaN when the steps do not suffice.
 */
function measure(keeps: readonly Box[], drops: readonly Box[], steps: { left: number }): number {
  if (keeps.length === 0 || drops.some((box) => box.length === 0)) return 0;
  if (drops.length === 0 && keeps.some((box) => box.length === 0)) return 1;
  if (--steps.left < 0) return Number.NaN;
  const all = [...keeps, ...drops].flat();
  const source = all[0]?.source ?? '';
  const ends = endsOf(all.filter((interval) => interval.source === source));
  let sum = 0;
  for (const [i, from] of ends.entries()) {
    const to = ends[i + 1] ?? (ends[0] ?? 0n) + SAMPLE_SPACE;
    sum += shareOf(to - from) * measure(given(keeps, source, from), given(drops, source, from), steps);
  }
  return sum;
}

function endsOf(intervals: readonly Interval[]): readonly bigint[] {
  const ends = new Set(intervals.flatMap(({ start, length }) => [start, BigInt.asUintN(64, start + length)]));
  return [...ends].toSorted((a, b) => (a < b ? -1 : 1));
}

/** The boxes that remain possible when the source has this value, without their intervals on it. */
function given(boxes: readonly Box[], source: string, value: bigint): readonly Box[] {
  return boxes
    .filter((box) => box.every((interval) => interval.source !== source || isIn(interval, value)))
    .map((box) => box.filter((interval) => interval.source !== source));
}

function isIn({ start, length }: Interval, value: bigint): boolean {
  return BigInt.asUintN(64, value - start) < length;
}
