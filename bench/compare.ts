/**
 * Compares variants of the same work in one process. They take turns in short slices; each is rated per second of CPU time of
 * the whole process (garbage collection included), against the base's slice of the same round, so that other load on the
 * machine hits all of them alike.
 */
export interface Variant {
  /** A sentence: what is done. The first variant is the base. */
  readonly name: string;
  /** Does the work once over the whole corpus. */
  readonly run: () => void;
}

export interface Rating {
  readonly name: string;
  /** Medians over the rounds. */
  readonly unitsPerSecond: number;
  readonly ratio: number;
}

export interface CompareOptions {
  /** Work of one run, e.g. spans. */
  readonly units: number;
  readonly unit: string;
  readonly rounds?: number;
  readonly sliceMs?: number;
}

/** Runs the variants, prints one line for each, and returns what it has printed. */
export function compare(title: string, variants: readonly Variant[], options: CompareOptions): Rating[] {
  const { units, unit, rounds = 15, sliceMs = 80 } = options;
  const rates = variants.map((): number[] => []);
  for (let round = -2; round < rounds; round++) {
    // In the other direction each time: nobody always runs after the same neighbour.
    const order = [...variants.keys()];
    if (round % 2 !== 0) order.reverse();
    for (const index of order) {
      const rate = rateSlice((variants[index] as Variant).run, sliceMs) * units;
      if (round >= 0) rates[index]?.push(rate);
    }
  }
  const base = rates[0] as number[];
  console.log(`${title} (median of ${rounds} rounds, per second of CPU time, Node ${process.version})`);
  return variants.map(({ name }, index) => {
    const own = rates[index] as number[];
    const rating = {
      name,
      unitsPerSecond: median(own),
      ratio: median(own.map((rate, i) => rate / (base[i] as number))),
    };
    const perSecond = Math.round(rating.unitsPerSecond).toLocaleString('en');
    console.log(`  ${name.padEnd(52)} ${perSecond.padStart(12)} ${unit}/s  ${rating.ratio.toFixed(2).padStart(7)}x`);
    return rating;
  });
}

/** Runs per second of CPU time. */
function rateSlice(run: () => void, sliceMs: number): number {
  const start = process.cpuUsage();
  let runs = 0;
  for (;;) {
    run();
    runs++;
    const { user, system } = process.cpuUsage(start);
    const elapsedMs = (user + system) / 1000;
    if (elapsedMs >= sliceMs) return (runs / elapsedMs) * 1000;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
