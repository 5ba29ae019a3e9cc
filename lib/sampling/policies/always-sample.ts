import type { PolicyDefinition } from '../policy.ts';
import { SAMPLED } from '../policy.ts';
import { EVERY_TRACE } from '../policy-summary.ts';

/** `always_sample`: keeps every trace. */
export const alwaysSample = {
  type: 'always_sample',
  isCombinator: false,
  options: [],
  parse: (_options, { name }) => ({ name, type: 'always_sample', summary: EVERY_TRACE, evaluate: () => SAMPLED }),
} as const satisfies PolicyDefinition;
