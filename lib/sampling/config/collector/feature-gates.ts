import { ConfigIssues, type ConfigNode } from '../config-issues.ts';
import { nodesInside } from '../nodes-inside.ts';
import { isYamlMap, memberOf } from '../yaml-map.ts';
import type { YamlSource } from '../yaml-source.ts';

/** In the arguments of a Collector, as manifests and Helm values have them; a minus in front turns a gate off. */
const GATE = /(?<![-\w.])processor\.tailsamplingprocessor\.(usetracestate|recordpolicy)(?![\w.])/g;

/**
 * Says of the Collector's feature gates that change what its processor does, wherever a document turns them on, what stands for them
 * here.
 *
 * @param block the `tail_sampling` block that is read
 */
export function checkFeatureGates(documents: readonly YamlSource[], block: ConfigNode): readonly ConfigIssues[] {
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
        } else if (!readsTraceState(block)) {
          issues.warn(
            node.path,
            'turns on the feature gate usetracestate; in Tailgate each probabilistic policy has use_tracestate: true instead',
          );
        }
      }
    }
    return issues;
  });
}

/** Whether every `probabilistic` in the block does. */
function readsTraceState(block: ConfigNode): boolean {
  return nodesInside(block.value, () => false)
    .map(({ value }) => memberOf(value, 'probabilistic'))
    .filter(isYamlMap)
    .every((options) => options['use_tracestate'] === true);
}
