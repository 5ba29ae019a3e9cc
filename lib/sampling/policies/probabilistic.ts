import { FNV_OFFSET_BASIS, fnv1a64 } from '../../otlp/fnv1a-64.ts';
import type { Evaluation, PolicyDefinition } from '../policy.ts';
import { type PolicySummary, tracesReduced } from '../policy-summary.ts';
import { type Probability, randomnessProbability } from '../probability/probability.ts';
import { hashReason, randomnessReason } from '../probability/reasons.ts';
import { ALWAYS, thresholdOf } from '../probability/threshold.ts';
import { hashProbability, hashThreshold, hashTraceId } from '../probability/trace-id-hash.ts';
import { declaredRandomness } from '../probability/trace-state.ts';

const DEFAULT_SALT = 'default-hash-seed';

/**
 * `probabilistic`: keeps `sampling_percentage` per cent of all traces, chosen by a hash of `hash_salt` and the trace
 * ID: those that the Collector keeps, and the same ones on every instance.
 *
 * With `use_tracestate`, an option of Tailgate, a trace whose trace states have `ot=rv` or `ot=th` is kept if its
 * randomness R is at least the threshold for the percentage. The Collector does this with its feature gate
 * usetracestate.
 */
export const probabilistic = {
  type: 'probabilistic',
  isCombinator: false,
  options: [
    {
      key: 'sampling_percentage',
      type: 'number',
      default: '0',
      meaning: 'how many of 100 traces are kept; fractions count',
    },
    {
      key: 'hash_salt',
      type: 'string',
      default: DEFAULT_SALT,
      meaning: 'hashed with the trace ID: another salt keeps other traces',
    },
    {
      key: 'use_tracestate',
      type: 'boolean',
      default: 'false',
      meaning:
        'an option of Tailgate: decide by the randomness in `tracestate` if there is any, as the Collector does with its feature gate `usetracestate`',
    },
  ],
  parse(options, { name }) {
    const percentage = options.float('sampling_percentage');
    const salt = options.string('hash_salt') || DEFAULT_SALT;
    const useTraceState = options.boolean('use_tracestate');
    if (percentage <= 0 && !options.failed) options.warn('sampling_percentage', 'is not above 0: keeps no trace');
    if (percentage > 100) options.warn('sampling_percentage', 'is above 100: keeps every trace');

    const share = Math.min(Math.max(percentage / 100, 0), 1);
    const threshold = hashThreshold(percentage / 100);
    const thresholdHigh = Number(threshold >> 32n);
    const thresholdLow = Number(threshold & 0xffffffffn);
    const salted = fnv1a64(new TextEncoder().encode(salt), FNV_OFFSET_BASIS);
    const rejectionThreshold = thresholdOf(share);
    const byHash = evaluations(share, hashProbability(salted, threshold));
    const byR = evaluations(share, randomnessProbability(rejectionThreshold));
    return {
      name,
      type: 'probabilistic',
      summary: summaryOf(Math.min(Math.max(percentage, 0), 100)),
      evaluate(trace, _allowances, explanation) {
        const randomness = useTraceState && rejectionThreshold > ALWAYS ? declaredRandomness(trace) : undefined;
        if (randomness !== undefined) {
          explanation?.saw(...randomnessReason(randomness, rejectionThreshold));
          return randomness >= rejectionThreshold ? byR.sampled : byR.notSampled;
        }
        const { high, low } = hashTraceId(trace.traceId, salted);
        explanation?.saw(...hashReason({ high, low }, share));
        const isSampled = high < thresholdHigh || (high === thresholdHigh && low <= thresholdLow);
        return isSampled ? byHash.sampled : byHash.notSampled;
      },
    };
  },
} as const satisfies PolicyDefinition;

function summaryOf(percentage: number): PolicySummary {
  return tracesReduced({
    words: `thinned to ${percentage} % by trace ID`,
    alone: `${percentage} % of all traces, by trace ID`,
  });
}

function evaluations(
  share: number,
  sampledWhen: Probability,
): { readonly sampled: Evaluation; readonly notSampled: Evaluation } {
  return {
    sampled: { vote: 'sampled', threshold: 1 - share, sampledWhen },
    notSampled: { vote: 'not_sampled', threshold: 0, sampledWhen },
  };
}
