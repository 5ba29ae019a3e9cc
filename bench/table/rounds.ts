import type { Measurement, Size } from './row.ts';

/** Does the work once over the whole corpus. */
export type Work = () => unknown;

export interface Sides {
  readonly base: Work;
  readonly own: Work;
}

/** How many times as fast as the base: its processor time by our own, of the same round. */
export function timesAsFast(sides: Sides, size: Size, units: number): Promise<Measurement> {
  return compareSides(sides, size, units, (base, own) => base / own);
}

/** How many times as dear as the base: our own processor time by its, of the same round. */
export function timesAsDear(sides: Sides, size: Size, units: number): Promise<Measurement> {
  return compareSides(sides, size, units, (base, own) => own / base);
}

/**
 * Both sides take turns in short slices, in the other order each round. A slice is rated by the processor time of the whole process,
 * with its garbage collection, against the other side's of the same round: other load on the machine hits both alike.
 */
async function compareSides(
  { base, own }: Sides,
  { rounds, sliceMs }: Size,
  units: number,
  ratio: (baseMicros: number, ownMicros: number) => number,
): Promise<Measurement> {
  const ratios: number[] = [];
  const baseMicros: number[] = [];
  const ownMicros: number[] = [];
  const warmUps = sliceMs === 0 ? 0 : 3;
  for (let round = -warmUps; round < rounds; round++) {
    const isOdd = round % 2 !== 0;
    const early = await microsOf(isOdd ? own : base, sliceMs);
    const late = await microsOf(isOdd ? base : own, sliceMs);
    if (round < 0) continue;
    const [ofBase, ofOwn] = isOdd ? [late, early] : [early, late];
    baseMicros.push(ofBase);
    ownMicros.push(ofOwn);
    ratios.push(ratio(ofBase, ofOwn));
  }
  const each = (micros: readonly number[]) => `${(spread(micros).value / units).toPrecision(3)} µs`;
  return { ...spread(ratios), note: `${each(ownMicros)} a span, base ${each(baseMicros)}` };
}

/** Microseconds of processor time for one run, from as many as fit into the slice, and at least one. */
async function microsOf(work: Work, sliceMs: number): Promise<number> {
  const start = process.cpuUsage();
  for (let runs = 1; ; runs++) {
    const result = work();
    if (result instanceof Promise) await result;
    const { user, system } = process.cpuUsage(start);
    if (user + system >= sliceMs * 1000) return (user + system) / runs;
  }
}

/** Median and quartiles. */
export function spread(values: readonly number[]): Measurement {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return { value: at(0.5), quartiles: [at(0.25), at(0.75)] };
}
