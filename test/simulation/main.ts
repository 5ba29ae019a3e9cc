import { flag, text, wholeNumber } from '../../lib/terminal/option.ts';
import { seedOption, suiteOptions } from '../support/suite-options.ts';
import { mutate } from './mutate.ts';
import { MUTATIONS } from './mutations.ts';

/** Seeds between those of one day and of the next. */
const SEEDS_OF_A_DAY = 50_000;
/** A mutation must be found within so many. */
const HISTORIES_OF_A_MUTATION = 20_000;

const options = suiteOptions({
  script: 'simulate',
  description:
    'Plays histories of the pipeline in virtual time, and holds each against the promises (docs/reliability.md). Ends with 1 if a promise was broken, or if a mistake was not found.',
  options: {
    seed: seedOption(1, () => Math.floor(Date.now() / 86_400_000) * SEEDS_OF_A_DAY),
    histories: wholeNumber({
      min: 1,
      defaultText: `3,000; ${HISTORIES_OF_A_MUTATION.toLocaleString('en')} of each mistake`,
      help: 'how many, with the seeds that follow',
    }),
    show: flag({ help: 'print the timeline of each' }),
    mutations: flag({ help: 'how soon each mistake in the protocol is found' }),
    mutation: text({ placeholder: 'NAME', help: 'play with this mistake' }),
    json: flag({ help: 'print only when a promise was first broken, as JSON' }),
  },
  examples: [
    ['npm run simulate -- --histories 10000 --seed today', 'histories of the day'],
    ['npm run simulate -- --seed 42 --histories 1 --show', 'one history, with its timeline'],
    ['npm run simulate -- --mutation "no second look"', 'until one mistake is found'],
  ],
});
const { seed } = options;
const histories = options.histories ?? (options.mutations ? HISTORIES_OF_A_MUTATION : 3_000);

if (options.mutations) {
  const { findMutations } = await import('./find-mutations.ts');
  process.exitCode = await findMutations({ seed, histories });
} else {
  if (options.mutation !== undefined) {
    const mutation = MUTATIONS.find(({ name }) => name === options.mutation);
    if (mutation === undefined) {
      console.error(`error: there is no mutation "${options.mutation}"; npm run simulate -- --mutations lists them`);
      process.exit(2);
    }
    mutate(mutation);
  }
  // Only now, so that the mutation is in what is imported.
  const { simulate } = await import('./simulate.ts');
  process.exitCode = await simulate({ ...options, seed, histories });
}
