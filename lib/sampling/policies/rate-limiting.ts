import {
  NOT_SAMPLED_BY_LIMIT,
  rateLimitOptions,
  rateLimitSummary,
  readRateLimit,
  SAMPLED_BY_LIMIT,
} from '../limited.ts';
import type { PolicyDefinition } from '../policy-definition.ts';

/**
 * `rate_limiting`: keeps traces as long as there are tokens for all their spans in a bucket that refills at
 * `spans_per_second`. Every trace that reaches it takes its tokens, also one that another policy keeps anyway.
 */
export const rateLimiting = {
  type: 'rate_limiting',
  isCombinator: false,
  options: rateLimitOptions('spans'),
  parse(options, { name, key }) {
    const limit = readRateLimit(options, 'spans', key);
    return {
      name,
      type: 'rate_limiting',
      summary: rateLimitSummary(limit, 'spans'),
      evaluate: (trace, allowances) =>
        allowances.take(limit, trace.spanCount) ? SAMPLED_BY_LIMIT : NOT_SAMPLED_BY_LIMIT,
    };
  },
} as const satisfies PolicyDefinition;
