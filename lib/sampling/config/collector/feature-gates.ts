import { ConfigIssues, type ConfigNode } from '../issues.ts';
import { differenceOf, limitIn } from '../trace-state-limits.ts';
import { isYamlMap, memberOf, nodesInside } from '../yaml-map.ts';
import type { YamlSource } from '../yaml-source.ts';

/** A gate in the arguments of a Collector, as in manifests and Helm values. A minus in front turns it off. */
const GATE = /(?<![-\w.])processor\.tailsamplingprocessor\.(usetracestate|recordpolicy)(?![\w.])/g;

/**
 * Finds the Collector's feature gates that change its `tail_sampling`, wherever a document turns them on, and says what
 * replaces them here.
 *
 * @param block the `tail_sampling` block in use
 */
export function checkFeatureGates(documents: readonly YamlSource[], block: ConfigNode): readonly ConfigIssues[] {
  const difference = differenceOfTraceState(block);
  return documents.map(({ value, lineOf }) => {
    const issues = new ConfigIssues(lineOf);
    for (const node of nodesInside(value, () => false)) {
      if (typeof node.value !== 'string') continue;
      for (const [, gate] of node.value.matchAll(GATE)) {
        if (gate === 'recordpolicy') {
          issues.note(
            node.path,
            'the feature gate recordpolicy is not needed: the archive has the policy of each trace',
          );
          continue;
        }
        if (difference !== undefined) issues.warn(node.path, `turns on the feature gate usetracestate${difference}`);
      }
    }
    return issues;
  });
}

/**
 * What the gate does and the block does not ask for; undefined if the block asks for it, or the gate has no effect on
 * it.
 */
function differenceOfTraceState(block: ConfigNode): string | undefined {
  const probabilistic = nodesInside(block.value, () => false)
    .map(({ value }) => memberOf(value, 'probabilistic'))
    .filter(isYamlMap);
  if (probabilistic.some((options) => options['use_tracestate'] !== true)) {
    return '; in Tailgate set use_tracestate: true on each probabilistic policy instead';
  }
  // If a probabilistic policy has the option, `warnOfLimits` reports the limits at their own place.
  const limit = probabilistic.length === 0 ? limitIn(policiesOf(block)) : undefined;
  return limit === undefined ? undefined : `, with which ${differenceOf(limit)}`;
}

function policiesOf({ value, path }: ConfigNode): readonly ConfigNode[] {
  const policies = memberOf(value, 'policies');
  return Array.isArray(policies)
    ? policies.map((policy, i) => ({ value: policy, path: [...path, 'policies', i] }))
    : [];
}
