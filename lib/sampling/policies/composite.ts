import type { OptionsReader } from '../config/options-reader.ts';
import { countOf, type SecondLimit } from '../limits.ts';
import {
  type Evaluation,
  NOT_SAMPLED,
  type OptionDescription,
  type ParseSubPolicy,
  type Policy,
  type PolicyDefinition,
} from '../policy.ts';
import { inWords, type PolicySummary, tracesThat } from '../policy-summary.ts';
import { isCertain, isImpossible, type LazyProbability, UNKNOWN } from '../probability/probability.ts';
import { evaluatePart, nameOfPart } from './evaluate-policy.ts';
import { NOT_SAMPLED_BY_LIMIT, SAMPLED_BY_LIMIT } from './rate-limiting.ts';

const OPTIONS: readonly OptionDescription[] = [
  {
    key: 'max_total_spans_per_second',
    type: 'whole number',
    default: '0',
    meaning: 'the budget that the shares divide; it bounds each sub-policy, but not all of them together',
  },
  { key: 'composite_sub_policy', type: 'list of policies', meaning: 'evaluated in this order; may be `and`' },
  { key: 'rate_allocation', type: 'list of maps', default: 'equal shares', meaning: 'the share of each sub-policy' },
  { key: 'rate_allocation[].policy', type: 'string', meaning: 'the name of a sub-policy' },
  {
    key: 'rate_allocation[].percent',
    type: 'whole number',
    default: 'an equal share',
    meaning: 'of `max_total_spans_per_second`',
  },
  {
    key: 'policy_order',
    type: 'list of strings',
    default: 'none',
    meaning: 'ignored, as in the Collector: the order is that of `composite_sub_policy`',
  },
];

interface Part {
  readonly policy: Policy;
  readonly limit: SecondLimit;
  /** Among the sub-policies, from 0. */
  readonly position: number;
}

/** With another value of a source, another sub-policy with a limit of its own might have come first. */
const NOT_SAMPLED_UNCERTAIN: Evaluation = { ...NOT_SAMPLED, sampledWhen: UNKNOWN };

/**
 * `composite`: gives each sub-policy a share of a budget of spans per second. The first that keeps a trace decides: the
 * trace is kept if enough spans are left in that sub-policy's share of this second. The sub-policies after it are not
 * evaluated.
 */
export const composite = {
  type: 'composite',
  isCombinator: true,
  options: OPTIONS,
  parse(options, { name, key, parsePolicy }) {
    const parts = readParts(options, key, parsePolicy);
    return {
      name,
      type: 'composite',
      summary: summaryOf(parts),
      evaluate(trace, allowances, explanation) {
        let isUncertain = false;
        for (const { policy, limit, position } of parts) {
          const { vote, sampledWhen } = evaluatePart(policy, trace, allowances, explanation);
          isUncertain ||= !isSettled(sampledWhen);
          if (vote !== 'sampled') continue;
          const passes = allowances.take(limit, trace.spanCount);
          explanation?.saw(
            `sub-policy ${nameOfPart(policy, position)} matches it, and of its ${limit.perSecond} spans of this second ` +
              `${trace.spanCount} ${passes ? 'are' : 'are not'} left`,
            { subPolicy: position, spans: trace.spanCount, spansPerSecond: limit.perSecond, isWithinLimit: passes },
          );
          if (passes) return SAMPLED_BY_LIMIT;
          return isUncertain ? NOT_SAMPLED_UNCERTAIN : NOT_SAMPLED_BY_LIMIT;
        }
        explanation?.saw('no sub-policy matches it');
        return isUncertain ? NOT_SAMPLED_UNCERTAIN : NOT_SAMPLED;
      },
    };
  },
} as const satisfies PolicyDefinition;

/** Whether another trace with the same spans would get the same vote. */
function isSettled(probability: LazyProbability): boolean {
  return typeof probability !== 'function' && (isCertain(probability) || isImpossible(probability));
}

function readParts(options: OptionsReader, key: string, parsePolicy: ParseSubPolicy): readonly Part[] {
  const total = Number(options.int64('max_total_spans_per_second'));
  const nodes = options.list('composite_sub_policy');
  const parsed = nodes.map((node) => parsePolicy(node, { inside: 'composite', combinators: ['and'] }));
  const policies = parsed.filter((policy) => policy !== undefined);
  const names = policies.map((policy) => policy.name);
  const percents = readAllocation(options, parsed.includes(undefined) ? undefined : names);
  if (options.strings('policy_order').some((name, i) => name !== names[i])) {
    options.warn('policy_order', 'is ignored, as in the Collector: the order is that of composite_sub_policy');
  }
  if (!options.failed && nodes.length === 0) options.warn('composite_sub_policy', 'has no policies: keeps no trace');
  if (!options.failed && total <= 0) options.warn('max_total_spans_per_second', 'is not above 0: keeps no trace');

  return policies.map((policy, i) => {
    const percent = percents.get(policy.name) ?? 0;
    const share = percent > 0 ? (percent / 100) * total : total / policies.length;
    const perSecond = countOf(BigInt(Math.trunc(Math.min(share, total))));
    return { policy, limit: { kind: 'second', key: `${key}/${i}`, perSecond }, position: i };
  });
}

/** Percent by name of sub-policy; of several entries for a name the last counts. @param names undefined: unknown */
function readAllocation(options: OptionsReader, names: readonly string[] | undefined): ReadonlyMap<string, number> {
  const percents = new Map<string, number>();
  for (const entry of options.maps('rate_allocation')) {
    const policy = entry.string('policy');
    const percent = Number(entry.int64('percent'));
    if (names !== undefined && !entry.failed && !names.includes(policy)) {
      entry.warn('policy', `no sub-policy has the name "${policy}": the entry is ignored`);
    }
    if (!entry.failed) percents.set(policy, percent);
    entry.finish();
  }
  const sum = [...percents.values()].reduce((total, percent) => total + Math.max(0, percent), 0);
  if (sum > 100) {
    options.warn('rate_allocation', `adds up to ${sum} %: more than max_total_spans_per_second may be kept`);
  }
  return percents;
}

function summaryOf(parts: readonly Part[]): PolicySummary {
  const budgets = parts.map(
    ({ policy, limit }) => `${inWords(policy.summary)} (up to ${limit.perSecond} spans per second)`,
  );
  return tracesThat(`is kept by the first of these that matches it: ${budgets.join('; ')}`);
}
