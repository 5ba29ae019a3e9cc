import type { ConfigNode } from './issues.ts';
import { isYamlMap, memberOf, nodesInside } from './yaml-map.ts';

/**
 * The Collector configurations with `tail_sampling` in a document: the document itself, the `config` of Helm values, of a chart around
 * them or of an OpenTelemetryCollector resource, the text in a ConfigMap once it is read (`readEmbeddedText`), or wherever else one
 * stands. `processors` with a `tail_sampling` in it is nothing else.
 */
export function collectorConfigs(root: unknown): readonly ConfigNode[] {
  return nodesInside(root, hasTailSampling).filter(({ value }) => hasTailSampling(value));
}

function hasTailSampling(value: unknown): boolean {
  return instancesOf(memberOf(value, 'processors')).length > 0;
}

/** The keys of a map of processors that are the name of a `tail_sampling`. */
export function instancesOf(processors: unknown): readonly string[] {
  return isYamlMap(processors) ? Object.keys(processors).filter(isTailSampling) : [];
}

export function isTailSampling(name: string): boolean {
  return name === 'tail_sampling' || name.startsWith('tail_sampling/');
}
