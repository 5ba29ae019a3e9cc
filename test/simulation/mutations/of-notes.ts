import type { Mutation } from './mutation.ts';

const CHANGE = 'lib/pipeline/decide/policy-change.ts';
const UNDECIDED = 'lib/pipeline/decide/undecided.ts';

/** Mistakes in what notes on large traces say of policies. */
export const MUTATIONS_OF_NOTES: readonly Mutation[] = [
  {
    name: 'a note of other policies counts',
    file: CHANGE,
    find: "if (note.policies === policies) return 'current';",
    replace: "if (note.policies !== '') return 'current';",
    why: 'a trace that only fragments on both sides of the change make worth keeping is not looked at whole',
  },
  {
    name: 'a note that was overtaken counts',
    file: UNDECIDED,
    find: "if (answer === 'conflict') return 'overtaken';",
    replace: "if (answer === 'conflict') return 'recorded';",
    why: 'the note that is on record may be of other policies, and lack what this look has seen',
  },
  {
    name: 'no second look after the note of other policies',
    file: UNDECIDED,
    find: "return note === undefined || note.policies === policies ? 'recorded' : 'replaced';",
    replace: "return 'recorded';",
    why: 'a part that the other policies have looked at meanwhile is forgotten',
  },
];
