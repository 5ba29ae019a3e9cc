import { fnv1a64 } from '../../otlp/fnv1a-64.ts';
import type { OptionsReader } from '../config/options-reader.ts';
import { readDuration } from '../config/read-duration.ts';
import type { DynamicSampler } from '../dynamic/share-table.ts';
import { hashText, traceKey } from '../dynamic/trace-key.ts';
import { type Evaluation, type OptionDescription, type PolicyDefinition, SAMPLED } from '../policy.ts';
import { tracesReduced } from '../policy-summary.ts';
import { type Probability, randomnessProbability } from '../probability/probability.ts';
import { hashReason, percentText, type Reason, randomnessReason } from '../probability/reasons.ts';
import { adjustedCountAt, thresholdOf } from '../probability/threshold.ts';
import { hashProbability, hashThreshold, hashTraceId } from '../probability/trace-id-hash.ts';
import { declaredRandomness, headThreshold } from '../probability/trace-state.ts';

const INTERVALS = { minMs: 10_000, maxMs: 3_600_000, words: '10s to 1h' };
const MAX_KEYS = 2000n;

const OPTIONS: readonly OptionDescription[] = [
  {
    key: 'key_attributes',
    type: 'list of strings',
    meaning: 'attributes of resources or spans: traces with the same values of all of them have the same key',
  },
  {
    key: 'goal_sampling_percentage',
    type: 'number',
    default: '10',
    meaning: 'how many of 100 traces are kept on average over all keys',
  },
  {
    key: 'adjustment_interval',
    type: 'duration',
    default: '60s',
    meaning: 'how long the shares stay the same, from `10s` to `1h`',
  },
  {
    key: 'weight',
    type: 'number',
    default: '0.5',
    meaning:
      'the weight of the newest interval in the moving averages, above 0 and up to 1: a higher one follows the traffic faster',
  },
  {
    key: 'max_keys',
    type: 'whole number',
    default: '500',
    meaning: 'keys with a share of their own, up to 2000; all other keys have one share in common',
  },
];

/**
 * `dynamic`, a type of Tailgate: keeps rare keys and thins common ones, so that on average it keeps a goal, as
 * Refinery's EMA sampler does. All deciders share the tables from which the shares are computed: docs/dynamic.md.
 */
export const dynamic = {
  type: 'dynamic',
  isCombinator: false,
  options: OPTIONS,
  parse(options, { name, key }) {
    const attributes = options.strings('key_attributes');
    if (attributes.length === 0 && !options.hasFailed('key_attributes')) {
      options.error('key_attributes', 'expected the names of one or more attributes');
    }
    const empty = attributes.indexOf('');
    if (empty >= 0) options.error(['key_attributes', empty], 'expected the name of an attribute');
    const sampler = readSampler(options, key, attributes);
    const salt = `dynamic:${key}`;
    const salted = fnv1a64(new TextEncoder().encode(salt));
    const percentage = Math.round(sampler.goal * 1e8) / 1e6;
    const words = `thinned to ${percentage} % on average, rare values of ${attributes.join(', ')} less than common ones`;
    return {
      name,
      type: 'dynamic',
      summary: tracesReduced({ words, alone: `all traces, ${words}` }),
      evaluate(trace, allowances, explanation) {
        const traceKeyHash = traceKey(trace, attributes);
        const share = allowances.shareOf(sampler, traceKeyHash);
        if (share >= 1) {
          explanation?.saw('all traces like it are kept now', { key: traceKeyHash, share });
          return SAMPLED;
        }
        const randomness = declaredRandomness(trace);
        if (randomness !== undefined) {
          // The share counts the traces that arrive: those that the head sampler let through.
          const rejectionThreshold = thresholdOf(share / adjustedCountAt(headThreshold(trace)));
          explanation?.saw(...ofKey(traceKeyHash, share, randomnessReason(randomness, rejectionThreshold)));
          return byShare(randomness >= rejectionThreshold, share, randomnessProbability(rejectionThreshold));
        }
        const { high, low } = hashTraceId(trace.traceId, salted);
        explanation?.saw(...ofKey(traceKeyHash, share, hashReason({ high, low }, share)));
        const threshold = hashThreshold(share);
        const isSampled = ((BigInt(high) << 32n) | BigInt(low)) <= threshold;
        return byShare(isSampled, share, hashProbability(salted, threshold));
      },
    };
  },
} as const satisfies PolicyDefinition;

function ofKey(key: string, share: number, [words, facts]: Reason): Reason {
  return [`${percentText(share)} of the traces like it are kept now; ${words}`, { ...facts, key }];
}

/** The evaluation of a policy that keeps a share of the traces. */
function byShare(isSampled: boolean, share: number, sampledWhen: Probability): Evaluation {
  if (!isSampled) return { vote: 'not_sampled', threshold: 0, sampledWhen };
  return { vote: 'sampled', threshold: 1 - share, sampledWhen };
}

function readSampler(options: OptionsReader, key: string, attributes: readonly string[]): DynamicSampler {
  const percentage = given(options, 'goal_sampling_percentage', options.float('goal_sampling_percentage'), 10);
  const intervalMs = readDuration(options, 'adjustment_interval', INTERVALS) ?? 60_000;
  const weight = given(options, 'weight', options.float('weight'), 0.5);
  const maxKeys = given(options, 'max_keys', options.int64('max_keys'), 500n);
  const isWrong = (option: string, isRight: boolean) => !isRight && !options.hasFailed(option);
  if (isWrong('goal_sampling_percentage', percentage > 0 && percentage <= 100)) {
    options.error('goal_sampling_percentage', 'expected a number above 0 and up to 100');
  }
  if (isWrong('weight', weight > 0 && weight <= 1)) options.error('weight', 'expected a number above 0 and up to 1');
  if (isWrong('max_keys', maxKeys > 0n && maxKeys <= MAX_KEYS)) {
    options.error('max_keys', `expected a whole number from 1 to ${MAX_KEYS}`);
  }
  // Another set of attributes or another interval starts a new table, because its counts mean something else.
  const tableKey = `${key}#${hashText(JSON.stringify(attributes))}#${intervalMs}`;
  return { key: tableKey, intervalMs, goal: percentage / 100, weight, maxKeys: Number(maxKeys) };
}

/** The value of the option, or its default. */
function given<T>(options: OptionsReader, key: string, value: T, otherwise: T): T {
  return options.has(key) ? value : otherwise;
}
