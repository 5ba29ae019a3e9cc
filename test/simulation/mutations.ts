import type { Mutation } from './mutations/mutation.ts';
import { MUTATIONS_OF_CLAIMS } from './mutations/of-claims.ts';
import { MUTATIONS_OF_NOTES } from './mutations/of-notes.ts';
import { MUTATIONS_OF_RESTORES } from './mutations/of-restores.ts';
import { MUTATIONS_OF_THE_WAY } from './mutations/of-the-way.ts';

/** The protocol with one mistake each. */
export const MUTATIONS: readonly Mutation[] = [
  ...MUTATIONS_OF_CLAIMS,
  ...MUTATIONS_OF_NOTES,
  ...MUTATIONS_OF_THE_WAY,
  ...MUTATIONS_OF_RESTORES,
];
