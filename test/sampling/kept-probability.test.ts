import { describe, expect, it } from 'vitest';
import { keptProbability } from '../../lib/sampling/probability/kept-probability.ts';
import {
  bothOf,
  CERTAIN,
  intervalProbability,
  oppositeOf,
  type Probability,
  REFUSED,
  SAMPLE_SPACE,
  UNKNOWN,
} from '../../lib/sampling/probability/probability.ts';

/** From so many to so many 64ths of the values of a source; over 64: around to the beginning. */
const arc = (source: string, from: number, to: number) =>
  intervalProbability(source, (SAMPLE_SPACE / 64n) * BigInt(from), (SAMPLE_SPACE / 64n) * BigInt(to - from));
const all = (...chances: Probability[]) => chances.reduce(bothOf, CERTAIN);

describe('keptProbability', () => {
  it.each<{ what: string; keeps: Probability[]; drops?: Probability[]; probability: number | null }>([
    { what: 'nothing keeps', keeps: [], probability: null },
    { what: 'one arc', keeps: [arc('a', 0, 16)], probability: 1 / 4 },
    { what: 'nested intervals of one source', keeps: [arc('a', 0, 16), arc('a', 0, 8)], probability: 1 / 4 },
    { what: 'intervals that overlap', keeps: [arc('a', 0, 16), arc('a', 8, 32)], probability: 1 / 2 },
    { what: 'intervals apart', keeps: [arc('a', 0, 8), arc('a', 32, 40)], probability: 1 / 4 },
    { what: 'an arc across the end', keeps: [arc('a', 56, 72), arc('a', 0, 4)], probability: 1 / 4 },
    { what: 'what one arc leaves over', keeps: [oppositeOf(arc('a', 0, 16))], probability: 3 / 4 },
    // 1 - 1/2 * 3/4
    { what: 'either of two sources', keeps: [arc('a', 0, 32), arc('b', 0, 16)], probability: 5 / 8 },
    // 1 - (1/2)^3
    { what: 'any of three', keeps: [arc('a', 0, 32), arc('b', 0, 32), arc('c', 0, 32)], probability: 7 / 8 },
    { what: 'both of two sources', keeps: [all(arc('a', 0, 32), arc('b', 0, 16))], probability: 1 / 8 },
    { what: 'both intervals of one source', keeps: [all(arc('a', 0, 32), arc('a', 16, 64))], probability: 1 / 4 },
    // 1/4 + (3/4 of a, of which the upper 1/2) * 1/2 = 1/4 + 1/2 * 1/2
    {
      what: 'a box beside an arc',
      keeps: [arc('a', 0, 16), all(arc('a', 32, 64), arc('b', 0, 32))],
      probability: 1 / 2,
    },
    { what: 'for sure', keeps: [CERTAIN, arc('a', 0, 8)], probability: 1 },
    { what: 'for sure, and dropped by chance', keeps: [CERTAIN], drops: [arc('a', 0, 8)], probability: 7 / 8 },
    { what: 'the rest of the same source', keeps: [arc('a', 0, 16)], drops: [arc('a', 0, 8)], probability: 1 / 8 },
    // 1/4 * 7/8
    { what: 'dropped by another source', keeps: [arc('a', 0, 16)], drops: [arc('b', 0, 8)], probability: 7 / 32 },
    { what: 'always dropped', keeps: [CERTAIN], drops: [CERTAIN], probability: null },
    { what: 'a limit alone', keeps: [UNKNOWN], probability: null },
    { what: 'a limit and chance', keeps: [UNKNOWN, arc('a', 0, 16)], probability: null },
    { what: 'a limit that has refused, and chance', keeps: [REFUSED, arc('a', 0, 16)], probability: 1 / 4 },
    { what: 'a limit, and for sure', keeps: [UNKNOWN, CERTAIN], probability: 1 },
    {
      what: 'a limit within what is kept anyway',
      keeps: [all(UNKNOWN, arc('a', 4, 8)), arc('a', 0, 16), arc('b', 0, 32)],
      probability: 5 / 8,
    },
    { what: 'for sure, and perhaps dropped', keeps: [CERTAIN], drops: [UNKNOWN], probability: null },
    {
      what: 'perhaps dropped, where nothing is kept',
      keeps: [arc('a', 0, 16)],
      drops: [all(UNKNOWN, arc('a', 32, 48))],
      probability: 1 / 4,
    },
  ])('is $probability for $what', ({ keeps, drops = [], probability }) => {
    expect(keptProbability(keeps, drops)).toBe(probability);
  });

  it('is exact for ten sources, and gives up on what takes too long', () => {
    const sources = (count: number) => Array.from({ length: count }, (_, i) => arc(`${i}`, 0, 32));
    expect(keptProbability(sources(10), [])).toBe(1 - 2 ** -10);
    const pairs = sources(40).map((chance, i) => bothOf(chance, arc(`${(i + 7) % 40}`, 16, 48)));
    expect(keptProbability(pairs, [])).toBeNull();
  });
});
