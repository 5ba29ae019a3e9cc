import { NOT_SAMPLED, SAMPLED } from '../policy.ts';
import type { PolicyDefinition } from '../policy-definition.ts';

/** `span_count`: keeps a trace of `min_spans` to `max_spans` spans, both inclusive; a maximum of 0 is none. */
export const spanCount = {
  type: 'span_count',
  hasOptions: true,
  isCombinator: false,
  parse(options, { name }) {
    const min = options.int32('min_spans');
    const max = options.int32('max_spans');
    if (max !== 0 && min > max) options.warn('max_spans', 'is below min_spans: the policy never matches');
    return {
      name,
      type: 'span_count',
      evaluate: ({ spanCount: count }) => (count >= min && (max === 0 || count <= max) ? SAMPLED : NOT_SAMPLED),
    };
  },
} as const satisfies PolicyDefinition;
