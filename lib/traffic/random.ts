/** A source of random numbers that a seed repeats. */
export interface Random {
  /** A number from `min` up to, and without, `max`. */
  between(min: number, max: number): number;
  pick<Choice>(choices: readonly [Choice, ...Choice[]]): Choice;
  /** This many random hex digits, not all of them zero. */
  hex(digits: number): string;
}

/** The generator "mulberry32": 32 bits of state, good enough for made-up traffic. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number) => Math.floor((next() / 2 ** 32) * limit);
  const hex = (digits: number): string => {
    const text = Array.from({ length: digits }, () => below(16).toString(16)).join('');
    return /^0*$/.test(text) ? hex(digits) : text;
  };
  return {
    between: (min, max) => min + (next() / 2 ** 32) * (max - min),
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    hex,
  };
}
