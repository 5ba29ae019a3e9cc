import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

const NOW = new Date('2026-11-27T23:59:00Z');

describe('the arguments of the conformance run', () => {
  it('take the date in UTC as the seed', () => {
    expect(readArguments(['--seed', 'today'], NOW).seed).toBe(20_261_127);
  });

  it('have a fixed seed without one', () => {
    expect(readArguments([], NOW)).toEqual({ seed: 20_261_121, configs: 200, runs: 500 });
  });

  it.each(['tomorrow', '0', '-1', '1.5'])('refuse the seed %s', (seed) => {
    expect(() => readArguments([`--seed=${seed}`], NOW)).toThrow(/--seed must be a whole number from 1, or today, got/);
  });
});
