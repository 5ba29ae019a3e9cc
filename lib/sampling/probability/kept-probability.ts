import { type Arc, type Chance, CIRCLE } from './chance.ts';

/** The event that all these arcs occur together. */
type Box = readonly Arc[];

/** A dozen independent sources take fewer steps. */
const MAX_STEPS = 5000;
/** The largest difference that rounding can cause between equal probabilities. */
const TOLERANCE = 1e-9;

/**
 * The probability that at least one of `keeps` occurs and none of `drops`. Null if it is unknown, because unknown
 * chances matter, or because it takes too many steps to compute.
 */
export function keptProbability(keeps: readonly Chance[], drops: readonly Chance[]): number | null {
  const [first] = keeps;
  const onlyArc = keeps.length === 1 && drops.length === 0 && first?.isKnown ? onlyOne(first.arcs) : undefined;
  if (onlyArc !== undefined) return shareOf(onlyArc.length);

  const least = measure(boxesOf(keeps.filter(isKnown)), boxesOf(drops), { left: MAX_STEPS });
  const isAllKnown = keeps.every(isKnown) && drops.every(isKnown);
  const most = isAllKnown ? least : measure(boxesOf(keeps), boxesOf(drops.filter(isKnown)), { left: MAX_STEPS });
  return least > 0 && most - least <= TOLERANCE * most ? least : null;
}

function isKnown(chance: Chance): boolean {
  return chance.isKnown;
}

function boxesOf(chances: readonly Chance[]): readonly Box[] {
  return chances.map(({ arcs }) => arcs);
}

function onlyOne(arcs: readonly Arc[]): Arc | undefined {
  return arcs.length === 1 ? arcs[0] : undefined;
}

function shareOf(length: bigint): number {
  return Number(length) / Number(CIRCLE);
}

/**
 * Eliminates one source after the other. Between two neighbouring ends of its arcs it makes no difference which value
 * the source has, so one value stands for the whole range. NaN if the steps do not suffice.
 */
function measure(keeps: readonly Box[], drops: readonly Box[], steps: { left: number }): number {
  if (keeps.length === 0 || drops.some((box) => box.length === 0)) return 0;
  if (drops.length === 0 && keeps.some((box) => box.length === 0)) return 1;
  if (--steps.left < 0) return Number.NaN;
  const all = [...keeps, ...drops].flat();
  const source = all[0]?.source ?? '';
  const ends = endsOf(all.filter((arc) => arc.source === source));
  let sum = 0;
  for (const [i, from] of ends.entries()) {
    const to = ends[i + 1] ?? (ends[0] ?? 0n) + CIRCLE;
    sum += shareOf(to - from) * measure(given(keeps, source, from), given(drops, source, from), steps);
  }
  return sum;
}

function endsOf(arcs: readonly Arc[]): readonly bigint[] {
  const ends = new Set(arcs.flatMap(({ start, length }) => [start, BigInt.asUintN(64, start + length)]));
  return [...ends].toSorted((a, b) => (a < b ? -1 : 1));
}

/** What remains to hold once the source has this value. */
function given(boxes: readonly Box[], source: string, value: bigint): readonly Box[] {
  return boxes
    .filter((box) => box.every((arc) => arc.source !== source || isIn(arc, value)))
    .map((box) => box.filter((arc) => arc.source !== source));
}

function isIn({ start, length }: Arc, value: bigint): boolean {
  return BigInt.asUintN(64, value - start) < length;
}
