import type { KeyNumbers } from './dynamic-sampler.ts';

/**
 * The share to keep of each key, as Refinery's EMA sampler deals them out: the goal is a number of traces, which the keys get
 * by the logarithm of their averages, but at least one trace each. What a key has no use for goes to the keys after it,
 * in equal parts. Refinery rounds to one in a whole number; here any share will do.
 *
 * @param goal The share of all traces.
 */
export function sharesOf(averages: KeyNumbers, goal: number): KeyNumbers {
  // In a fixed order, so that every decider comes to the same numbers.
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
    // A count of 1 has no logarithm to speak of, and where all counts are 1 nothing is per logarithm.
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
