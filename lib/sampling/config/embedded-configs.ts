import type { ConfigNode } from './config-issues.ts';
import { isYamlMap, memberOf } from './yaml-map.ts';

/**
 * Keys that hold a whole Collector configuration: `config` in the values of the Helm chart opentelemetry-collector and under `spec` of
 * an OpenTelemetryCollector resource, `alternateConfig` in the chart too.
 */
const CONFIG_KEYS = ['config', 'alternateConfig'];

const SECTIONS = ['receivers', 'processors', 'exporters', 'service'];

/** What may be a Collector configuration inside of a file of another kind: at its top, or one level down (`spec`, a subchart). */
export function embeddedConfigs(root: unknown): readonly ConfigNode[] {
  if (!isYamlMap(root)) return [];
  const holders = [{ value: root, path: [] }, ...Object.keys(root).map((key) => ({ value: root[key], path: [key] }))];
  return holders.flatMap(({ value, path }) =>
    CONFIG_KEYS.map((key) => ({ value: memberOf(value, key), path: [...path, key] })).filter(isCollectorConfig),
  );
}

/** As a map, or as text: the operator's v1alpha1. */
function isCollectorConfig({ value }: ConfigNode): boolean {
  if (typeof value === 'string') return value.includes('processors:');
  return isYamlMap(value) && SECTIONS.some((section) => Object.hasOwn(value, section));
}
