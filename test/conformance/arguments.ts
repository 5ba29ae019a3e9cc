import { parseArgs } from 'node:util';

export interface ConformanceArguments {
  readonly seed: number;
  /** Configurations. */
  readonly configs: number;
  /** Traces per configuration. */
  readonly runs: number;
}

/**
 * @param now the seed `today` is its date in UTC: 20261127
 * @throws {Error} with a sentence for the user.
 */
export function readArguments(args: readonly string[], now: Date): ConformanceArguments {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string' }, configs: { type: 'string' }, runs: { type: 'string' } },
  });
  return {
    seed: count('seed', values.seed === 'today' ? dateOf(now) : values.seed, 20_261_121),
    configs: count('configs', values.configs, 200),
    runs: count('runs', values.runs, 500),
  };
}

function dateOf(now: Date): string {
  return now.toISOString().slice(0, 10).replaceAll('-', '');
}

function count(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text) || text === '0')
    throw new Error(`--${name} must be a whole number from 1${name === 'seed' ? ', or today' : ''}, got "${text}"`);
  return Number(text);
}
