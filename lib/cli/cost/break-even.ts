/** From one trace a day to more than anybody has. */
const FROM = 1;
const TO = 1e12;
const STEPS_PER_DECADE = 8;

/**
 * The volume at which `cost` first exceeds `other`: steps through the magnitudes, then halves the interval. `never`: it does
 * not up to {@link TO}; `always`: it does from the start.
 */
export function breakEven(
  cost: (tracesPerDay: number) => number,
  other: (tracesPerDay: number) => number,
): number | 'never' | 'always' {
  const isDearer = (tracesPerDay: number) => cost(tracesPerDay) > other(tracesPerDay);
  if (isDearer(FROM)) return 'always';
  const step = 10 ** (1 / STEPS_PER_DECADE);
  let cheaper = FROM;
  while (!isDearer(cheaper * step)) {
    cheaper *= step;
    if (cheaper > TO) return 'never';
  }
  let dearer = cheaper * step;
  while (dearer / cheaper > 1.001) {
    const middle = Math.sqrt(cheaper * dearer);
    if (isDearer(middle)) dearer = middle;
    else cheaper = middle;
  }
  return cheaper;
}
