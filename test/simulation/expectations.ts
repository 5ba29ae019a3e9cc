import { Trace } from '../../lib/otlp/trace/trace.ts';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import { NO_ALLOWANCES } from '../support/no-allowances.ts';
import type { SentTrace } from './ledger.ts';
import type { Plan } from './plan.ts';
import { configOf, policySet } from './policies.ts';
import type { SentFragment } from './spans.ts';

/** More sets of fragments than those of this many are not looked at: nothing is expected then. */
const MAX_OPEN = 5;

/**
 * What the policies say of a trace, whatever the pipeline does with it. Invocations look at it while it arrives: at the
 * acknowledged fragments, and at any of those that were stored and never acknowledged.
 */
export class Expectations {
  readonly #plan: Plan;
  readonly #rules: readonly ReturnType<typeof policySet>[];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#rules = this.#names().map(policySet);
  }

  /** Whether every look samples any trace. */
  get keepsAll(): boolean {
    return this.#names().every((name) => name === 'all');
  }

  /** Whether every last look at the trace samples it. */
  mustBeKept(trace: SentTrace, isStored: (hash: string) => boolean): boolean {
    const { fragments, acknowledged } = trace;
    if (acknowledged.size === 0 || this.#rules.some(({ isPure }) => !isPure)) return false;
    if (this.#plan.settings.isLarge && this.#rules.some(({ isSeenInParts }) => !isSeenInParts)) return false;
    const certain = [...acknowledged].flatMap((hash) => fragments.get(hash) ?? []);
    if (this.#rules.every(({ isMonotone }) => isMonotone)) return this.#answers(trace.traceId, certain, 'every');
    const open = [...fragments.values()].filter(({ hash }) => !acknowledged.has(hash) && isStored(hash));
    if (open.length > MAX_OPEN) return false;
    return subsets(open).every((some) => this.#answers(trace.traceId, [...certain, ...some], 'every'));
  }

  /** Whether any look at the trace may sample it. */
  mayBeKept({ traceId, fragments }: SentTrace): boolean {
    if (this.#rules.some(({ isPure }) => !isPure)) return true;
    const all = [...fragments.values()];
    if (this.#rules.every(({ isMonotone }) => isMonotone)) return this.#answers(traceId, all, 'some');
    if (all.length > MAX_OPEN) return true;
    return subsets(all).some((some) => some.length > 0 && this.#answers(traceId, some, 'some'));
  }

  #answers(traceId: string, fragments: readonly SentFragment[], which: 'every' | 'some'): boolean {
    const trace = Trace.fromFragments(
      traceId,
      fragments.map(({ payload }) => payload),
    );
    return this.#names()[which]((name) => {
      const config = configOf(name, this.#plan.settings);
      return evaluatePolicies(config, trace, NO_ALLOWANCES).outcome === 'sampled';
    });
  }

  #names() {
    return [this.#plan.policies, ...this.#plan.deploys.map(({ policies }) => policies)];
  }
}

function subsets<Element>(elements: readonly Element[]): readonly (readonly Element[])[] {
  return Array.from({ length: 2 ** elements.length }, (_, chosen) => elements.filter((__, at) => (chosen >> at) & 1));
}
