import type { DynamicSampler, KeyNumbers } from './dynamic-sampler.ts';

/** What is counted for the keys that have no average of their own. No trace key looks like it. */
export const COMMON_KEY = '*';

/**
 * The moving averages (EMA) after one more interval. An interval without traces changes nothing, so that a quiet night does
 * not make common keys rare. An average below the weight is forgotten: a key that comes once, or not for long.
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
