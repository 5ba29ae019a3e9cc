import type { ConfigNode } from './issues.ts';
import { isYamlMap, memberOf, nodesInside } from './yaml-map.ts';

/**
 * Finds the Collector configurations with `tail_sampling` in a document: the document itself, the `config` of Helm
 * values, of a chart around them or of an OpenTelemetryCollector resource, the text in a ConfigMap once it is read
 * (`readEmbeddedText`), or anywhere else. A map `processors` with a `tail_sampling` in it identifies one.
 */
export function collectorConfigs(root: unknown): readonly ConfigNode[] {
  return nodesInside(root, hasTailSampling).filter(({ value }) => hasTailSampling(value));
}

function hasTailSampling(value: unknown): boolean {
  return instancesOf(memberOf(value, 'processors')).length > 0;
}

/** The keys of a map of processors that name a `tail_sampling`. */
export function instancesOf(processors: unknown): readonly string[] {
  return isYamlMap(processors) ? Object.keys(processors).filter(isTailSampling) : [];
}

/** The ID of a component is its type, with an optional name after a slash. */
function isTailSampling(name: string): boolean {
  return name === 'tail_sampling' || name.startsWith('tail_sampling/');
}
