import type { PolicyDefinition } from '../policy.ts';

/**
 * `ottl_condition`: keeps a trace if an OTTL condition of the list `span` is true for one of its spans, or one of the
 * list `spanevent` for one of their events. See `docs/ottl.md`; `read-ottl-condition.ts` has the code.
 */
export const ottlCondition = {
  type: 'ottl_condition',
  isCombinator: false,
  options: [
    {
      key: 'error_mode',
      type: 'string',
      default: 'silent',
      meaning: 'a condition that fails: `propagate` fails the policy, `ignore` and `silent` count it as false',
    },
    { key: 'span', type: 'list of strings', default: 'none', meaning: 'conditions on spans, any of which is enough' },
    {
      key: 'spanevent',
      type: 'list of strings',
      default: 'none',
      meaning: 'conditions on span events, any of which is enough',
    },
  ],
  parse: (options, context) => context.languages().readOttlCondition(options, context),
} as const satisfies PolicyDefinition;
