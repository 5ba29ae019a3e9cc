import type { Mutation } from './mutation.ts';

const CHANGE = 'lib/pipeline/decide/policy-change.ts';

/** Mistakes in what notes on large traces say of policies. */
export const MUTATIONS_OF_NOTES: readonly Mutation[] = [
  {
    name: 'a note of other policies counts',
    file: CHANGE,
    find: "if (note.policies === policies) return 'current';",
    replace: "if (note.policies !== '') return 'current';",
    why: 'a trace that only fragments on both sides of the change make worth keeping is not looked at whole',
  },
];
