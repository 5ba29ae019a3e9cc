import { SAMPLED } from '../policy.ts';
import type { PolicyDefinition } from '../policy-definition.ts';

/** `always_sample`: keeps every trace. */
export const alwaysSample = {
  type: 'always_sample',
  hasOptions: false,
  isCombinator: false,
  parse: (_options, { name }) => ({ name, type: 'always_sample', evaluate: () => SAMPLED }),
} as const satisfies PolicyDefinition;
