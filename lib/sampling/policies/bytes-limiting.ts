import { otlpSize } from '../../otlp/otlp-size.ts';
import {
  NOT_SAMPLED_BY_LIMIT,
  rateLimitOptions,
  rateLimitSummary,
  readRateLimit,
  SAMPLED_BY_LIMIT,
} from '../limited.ts';
import type { PolicyDefinition } from '../policy-definition.ts';

/**
 * `bytes_limiting`: keeps traces as long as there are tokens for all their bytes in a bucket that refills at
 * `bytes_per_second`. The bytes are those of the trace in OTLP, uncompressed, as the Collector would encode it.
 */
export const bytesLimiting = {
  type: 'bytes_limiting',
  isCombinator: false,
  options: rateLimitOptions('bytes'),
  parse(options, { name, key }) {
    const limit = readRateLimit(options, 'bytes', key);
    return {
      name,
      type: 'bytes_limiting',
      summary: rateLimitSummary(limit, 'bytes'),
      evaluate: (trace, allowances) =>
        allowances.take(limit, otlpSize(trace)) ? SAMPLED_BY_LIMIT : NOT_SAMPLED_BY_LIMIT,
    };
  },
} as const satisfies PolicyDefinition;
