import type { ConfigIssues, ConfigNode } from './issues.ts';
import { memberOf } from './yaml-map.ts';

const LIMITS = ['rate_limiting', 'bytes_limiting'];

/**
 * Warns of limits beside a `probabilistic` with `use_tracestate`, which replaces the Collector's feature gate
 * `usetracestate`: since v0.165 limits mean something else with that gate, at top level and inside `and`.
 */
export function warnOfLimits(policies: readonly ConfigNode[], issues: ConfigIssues): void {
  const all = withParts(policies);
  const everywhere = all.flatMap((policy) => [policy, ...partsOf(policy, 'composite', 'composite_sub_policy')]);
  if (!everywhere.some(usesTraceState)) return;
  for (const { value, path } of all) {
    const type = limitOf(value);
    if (type !== undefined) issues.warn(path, `with its feature gate usetracestate ${differenceOf(type)}`);
  }
}

/**
 * The first type of limit among the policies of a block that behaves differently with the feature gate `usetracestate`.
 */
export function limitIn(policies: readonly ConfigNode[]): string | undefined {
  return withParts(policies)
    .map(({ value }) => limitOf(value))
    .find((type) => type !== undefined);
}

/** What a limit does with the gate in the Collector, and in Tailgate. */
export function differenceOf(type: string): string {
  return (
    `the Collector spends a ${type} on the traces of the highest randomness, and writes their threshold; ` +
    'Tailgate spends it in the order in which traces are decided, and writes none'
  );
}

function limitOf(policy: unknown): string | undefined {
  const type = memberOf(policy, 'type');
  return typeof type === 'string' && LIMITS.includes(type) ? type : undefined;
}

/** The policies at top level, and those inside an `and`. */
function withParts(policies: readonly ConfigNode[]): readonly ConfigNode[] {
  return policies.flatMap((policy) => [policy, ...partsOf(policy, 'and', 'and_sub_policy')]);
}

function usesTraceState({ value }: ConfigNode): boolean {
  return memberOf(memberOf(value, 'probabilistic'), 'use_tracestate') === true;
}

function partsOf({ value, path }: ConfigNode, type: string, key: string): readonly ConfigNode[] {
  const parts = memberOf(memberOf(value, type), key);
  return Array.isArray(parts) ? parts.map((part, i) => ({ value: part, path: [...path, type, key, i] })) : [];
}
