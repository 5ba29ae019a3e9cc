import type { PolicyDefinition } from '../policy-definition.ts';
import { rateLimitOptions, readRateLimitPolicy } from './limits/limited.ts';

/**
 * `rate_limiting`: keeps traces as long as there are tokens for all their spans in a bucket that refills at
 * `spans_per_second`. Every trace that reaches it takes its tokens, also one that another policy keeps anyway.
 */
export const rateLimiting = {
  type: 'rate_limiting',
  isCombinator: false,
  options: rateLimitOptions('spans'),
  parse(options, context) {
    return readRateLimitPolicy(
      { type: 'rate_limiting', unit: 'spans', costOf: (trace) => trace.spanCount },
      options,
      context,
    );
  },
} as const satisfies PolicyDefinition;
