import { parseArgs } from 'node:util';
import { mutate } from './mutate.ts';
import { MUTATIONS } from './mutations.ts';

/**
 * Plays histories of the pipeline in virtual time, and holds each against the promises (docs/reliability.md).
 * ```
 *   npm run simulate -- --histories 10000               other ones with --seed N; --seed today: of the day
 *   npm run simulate -- --seed 42 --histories 1 --show  one history, with its timeline
 *   npm run simulate -- --mutations                     how soon each mistake in the protocol is found
 *   npm run simulate -- --mutation "no second look"     the histories with one mistake
 * ```
 * The exit code is 1 if a promise was broken, or if a mistake was not found.
 */
const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    histories: { type: 'string' },
    show: { type: 'boolean', default: false },
    mutations: { type: 'boolean', default: false },
    mutation: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

/** Seeds between those of one day and of the next. */
const SEEDS_OF_A_DAY = 50_000;

const seed = options.seed === 'today' ? Math.floor(Date.now() / 86_400_000) * SEEDS_OF_A_DAY : Number(options.seed);
/** A mutation must be found within so many. */
const histories = Number(options.histories ?? (options.mutations ? 20_000 : 3_000));
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(histories) || histories < 1) {
  throw new Error(`--seed and --histories must be whole numbers, got ${options.seed} and ${options.histories}`);
}

if (options.mutations) {
  const { findMutations } = await import('./find-mutations.ts');
  process.exitCode = await findMutations({ seed, histories });
} else {
  if (options.mutation !== undefined) {
    const mutation = MUTATIONS.find(({ name }) => name === options.mutation);
    if (mutation === undefined) throw new Error(`there is no mutation "${options.mutation}"`);
    mutate(mutation);
  }
  // Only now, so that the mutation is in what is imported.
  const { simulate } = await import('./simulate.ts');
  process.exitCode = await simulate({ ...options, seed, histories });
}
