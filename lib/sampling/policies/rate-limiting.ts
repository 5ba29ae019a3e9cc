import { otlpSize } from '../../otlp/trace/size.ts';
import type { Trace } from '../../otlp/trace/trace.ts';
import type { OptionsReader } from '../config/options-reader.ts';
import { countOf, type RateLimit } from '../limits.ts';
import type { Evaluation, OptionDescription, Policy, PolicyContext, PolicyDefinition } from '../policy.ts';
import { type PolicySummary, tracesReduced } from '../policy-summary.ts';
import { REFUSED, UNKNOWN } from '../probability/probability.ts';

/**
 * `rate_limiting`: keeps traces as long as there are tokens for all their spans in a bucket that refills at
 * `spans_per_second`. Every trace that reaches the policy takes its tokens, even if another policy keeps it anyway.
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

/**
 * The evaluations of a policy that depends on what is left of a limit. Which part of the traces passes depends on all
 * other traces, so nobody knows how many traces one stands for.
 */
export const SAMPLED_BY_LIMIT: Evaluation = { vote: 'sampled', threshold: 0, sampledWhen: UNKNOWN };
export const NOT_SAMPLED_BY_LIMIT: Evaluation = { vote: 'not_sampled', threshold: 0, sampledWhen: REFUSED };

/** The unit that a rate limit counts. */
export type RateUnit = 'spans' | 'bytes';

/** The options of a token bucket, for the documentation. */
function rateLimitOptions(unit: RateUnit): readonly OptionDescription[] {
  return [
    {
      key: `${unit}_per_second`,
      type: 'whole number',
      default: '0',
      meaning: `how many ${unit} per second may be kept in the long run, by all instances together`,
    },
    {
      key: 'burst_capacity',
      type: 'whole number',
      default: `2 × ${unit}_per_second`,
      meaning: `how many ${unit} may be kept at once after a quiet time; a larger trace is never kept`,
    },
  ];
}

/** Reads a policy that keeps traces as long as its bucket has tokens; a trace costs `costOf` tokens. */
function readRateLimitPolicy(
  { type, unit, costOf }: { readonly type: string; readonly unit: RateUnit; readonly costOf: (trace: Trace) => number },
  options: OptionsReader,
  { name, key }: PolicyContext,
): Policy {
  const limit = readRateLimit(options, unit, key);
  return {
    name,
    type,
    summary: rateLimitSummary(limit, unit),
    evaluate(trace, allowances, explanation) {
      const cost = costOf(trace);
      const passes = allowances.take(limit, cost);
      explanation?.saw(`it has ${cost} ${unit}, and ${passes ? 'that many' : 'fewer'} are left of the budget`, {
        [unit]: cost,
        perSecond: limit.perSecond,
        burst: limit.burst,
        isWithinLimit: passes,
      });
      return passes ? SAMPLED_BY_LIMIT : NOT_SAMPLED_BY_LIMIT;
    },
  };
}

/** Reads the options of a token bucket. */
function readRateLimit(options: OptionsReader, unit: RateUnit, key: string): RateLimit {
  const option = `${unit}_per_second`;
  const rate = options.int64(option);
  const givenBurst = options.int64('burst_capacity');
  const perSecond = countOf(rate);
  // The Collector's product wraps around, and a negative burst lets no trace pass.
  const burst = countOf(givenBurst > 0n ? givenBurst : BigInt.asIntN(64, 2n * rate));
  if (!options.failed && burst === 0) options.warn(option, 'leaves no budget: keeps no trace');
  else if (!options.failed && perSecond === 0) options.warn(option, `is not above 0: only ${burst} ${unit} pass, once`);
  return { kind: 'rate', key, perSecond, burst };
}

function rateLimitSummary({ perSecond, burst }: RateLimit, unit: RateUnit): PolicySummary {
  const budget = `as long as they are at most ${perSecond} ${unit} per second (${burst} at once)`;
  return tracesReduced({ words: budget, alone: `all traces, ${budget}` });
}
