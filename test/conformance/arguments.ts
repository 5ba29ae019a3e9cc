import { parseArgs } from 'node:util';

export interface ConformanceArguments {
  readonly seed: number;
  /** Configurations. */
  readonly configs: number;
  /** Traces per configuration. */
  readonly runs: number;
}

/** @throws {Error} with a sentence for the user. */
export function readArguments(args: readonly string[]): ConformanceArguments {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string' }, configs: { type: 'string' }, runs: { type: 'string' } },
  });
  return {
    seed: count('seed', values.seed, 20_261_121),
    configs: count('configs', values.configs, 200),
    runs: count('runs', values.runs, 500),
  };
}

function count(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text) || text === '0')
    throw new Error(`--${name} must be a whole number from 1, got "${text}"`);
  return Number(text);
}
