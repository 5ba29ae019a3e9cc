import type { Mutation } from './mutation.ts';

/** Mistakes in what an operator's restore becomes. */
export const MUTATIONS_OF_RESTORES: readonly Mutation[] = [
  {
    name: 'a restore is a wake-up like any other',
    file: 'lib/pipeline/decide/restores.ts',
    find: 'received.filter(({ wakeUp }) => wakeUp.restores)',
    replace: 'received.filter(({ wakeUp }) => wakeUp.restores && wakeUp.attempt < 0)',
    why: 'the policies do not keep the trace, and the message is acknowledged',
  },
  {
    name: 'a restore that is continued is forgotten',
    file: 'lib/pipeline/decide/requeue.ts',
    find: '...(restores && { restores }) };\n    return delayUntilDue(',
    replace: '...(restores && {}) };\n    return delayUntilDue(',
    why: 'the second attempt decides by the policies',
  },
  {
    name: 'a note settles a trace that is restored',
    file: 'lib/pipeline/decide/settle-trace.ts',
    find: "if (this.#examination.isRestored) return 'whole';",
    replace: 'void this.#examination.isRestored;',
    why: 'an earlier look has seen the fragment that the operator names',
  },
  {
    name: 'a restore is received like spans',
    file: 'lib/pipeline/decide/restores.ts',
    find: 'isReceived: (traceId, hash) => !traces.has(traceId) ||',
    replace: 'isReceived: (traceId, hash) => traces.size >= 0 ||',
    why: 'the trace is counted twice',
  },
];
