import { otlpSize } from '../../otlp/trace/size.ts';
import type { PolicyDefinition } from '../policy-definition.ts';
import { rateLimitOptions, readRateLimitPolicy } from './limits/limited.ts';

/**
 * `bytes_limiting`: keeps traces as long as there are tokens for all their bytes in a bucket that refills at
 * `bytes_per_second`. The bytes are those of the trace in OTLP, uncompressed, as the Collector would encode it.
 */
export const bytesLimiting = {
  type: 'bytes_limiting',
  isCombinator: false,
  options: rateLimitOptions('bytes'),
  parse(options, context) {
    return readRateLimitPolicy({ type: 'bytes_limiting', unit: 'bytes', costOf: otlpSize }, options, context);
  },
} as const satisfies PolicyDefinition;
