/** How one `dynamic` policy divides its goal. Deciders with the same key share their tables. */
export interface DynamicSampler {
  /** The path of the policy, and everything that makes tables incomparable: the attributes of the key, the interval. */
  readonly key: string;
  /** How long one table is in use. */
  readonly intervalMs: number;
  /** The share of all traces to keep, above 0 and up to 1. */
  readonly goal: number;
  /** The weight of the newest interval in the moving averages, above 0 and up to 1. */
  readonly weight: number;
  /** The number of keys with an average of their own; all others have one in common. */
  readonly maxKeys: number;
}

/** Traces per interval, by trace key: moving averages, or the counts of one interval. */
export type KeyNumbers = ReadonlyMap<string, number>;

/** The number of the interval to which a trace belongs, by the arrival of its first spans. */
export function intervalAt({ intervalMs }: DynamicSampler, receivedAtMs: number): number {
  return Math.floor(receivedAtMs / intervalMs);
}

/** Counts for the keys that have no average of their own. No trace key equals it. */
const COMMON_KEY = '*';

/**
 * The share of each key that one sampler keeps in one interval. It never changes, and is the same for every decider.
 */
export class ShareTable {
  readonly #shares: KeyNumbers;
  readonly #goal: number;
  readonly #isFull: boolean;

  constructor(averages: KeyNumbers, { goal, maxKeys }: DynamicSampler) {
    this.#shares = sharesOf(averages, goal);
    this.#goal = goal;
    this.#isFull = averages.size - (averages.has(COMMON_KEY) ? 1 : 0) >= maxKeys;
  }

  /**
   * The share, above 0 and up to 1. Without any averages it is the goal for every key. After that, all traces with a
   * new key are kept unless the table is full; otherwise a key with unlimited values would keep everything.
   */
  shareOf(key: string): number {
    if (this.#shares.size === 0) return this.#goal;
    return this.#shares.get(this.countedAs(key)) ?? 1;
  }

  /** The key for which a trace with this key counts. */
  countedAs(key: string): string {
    return this.#isFull && !this.#shares.has(key) ? COMMON_KEY : key;
  }
}

/**
 * The share to keep of each key, as Refinery's EMA sampler computes it: the goal is a number of traces, which is
 * divided among the keys in proportion to the logarithm of their averages, with at least one trace each. What a key
 * does not use goes to the keys after it, in equal parts. Refinery rounds to one in a whole number; here any share is
 * possible.
 *
 * @param goal the share of all traces
 */
export function sharesOf(averages: KeyNumbers, goal: number): KeyNumbers {
  // In a fixed order, so that every decider computes the same numbers.
  const counts = [...averages]
    .map(([key, average]) => [key, Math.max(1, average)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const goalCount = goal * sum(counts.map(([, count]) => count));
  const perLog = goalCount / sum(counts.map(([, count]) => Math.log10(count)));

  const shares = new Map<string, number>();
  let extra = 0;
  let left = counts.length;
  for (const [key, count] of counts) {
    const part = extra / left;
    // The logarithm of 1 is 0, so a count of 1 gets exactly one trace. If all counts are 1, `perLog` is not a number.
    const own = count > 1 ? Math.max(1, Math.log10(count) * perLog) : 1;
    const keep = Math.min(count, own + part);
    extra += own - keep;
    left -= 1;
    shares.set(key, keep / count);
  }
  return shares;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * The moving averages (EMA) after one more interval. An interval without traces changes nothing, so that a quiet night
 * does not make common keys rare. An average below the weight is forgotten: the key of a trace that occurs once, or
 * only for a short time.
 *
 * The `maxKeys` largest averages stay; the others add up under {@link COMMON_KEY}.
 */
export function nextAverages(averages: KeyNumbers, counts: KeyNumbers, sampler: DynamicSampler): KeyNumbers {
  if (counts.size === 0) return averages;
  const { weight, maxKeys } = sampler;
  const next: [string, number][] = [];
  let common = 0;
  for (const key of new Set([...averages.keys(), ...counts.keys()])) {
    const average = weight * (counts.get(key) ?? 0) + (1 - weight) * (averages.get(key) ?? 0);
    if (average < weight) continue;
    if (key === COMMON_KEY) common = average;
    else next.push([key, average]);
  }
  next.sort(([a, averageOfA], [b, averageOfB]) => averageOfB - averageOfA || (a < b ? -1 : 1));
  for (const [, average] of next.splice(maxKeys)) common += average;
  return new Map(common > 0 ? [...next, [COMMON_KEY, common]] : next);
}
