import type { ConfigNode, ConfigPath } from '../issues.ts';
import { isYamlMap, memberOf } from '../yaml-map.ts';

/** Presets of the Helm chart opentelemetry-collector that put a processor in front of every traces pipeline. */
const PRESETS = [
  { preset: 'kubernetesAttributes', id: 'k8sattributes' },
  { preset: 'resourceDetection', id: 'resourcedetection' },
];

/** The processors that Helm values add to the configuration in them. */
export function presetProcessors(root: unknown, collector: ConfigNode): readonly Component[] {
  const [last, ...outer] = collector.path.toReversed();
  if (last !== 'config' && last !== 'alternateConfig') return [];
  const path = outer.toReversed();
  const values = path.reduce<unknown>((value, step) => memberOf(value, String(step)), root);
  return PRESETS.filter(
    ({ preset }) => memberOf(memberOf(memberOf(values, 'presets'), preset), 'enabled') === true,
  ).map(({ preset, id }) => ({ id, path: [...path, 'presets', preset] }));
}

/** Which of these processors a Collector's `service.pipelines` name. */
export function instancesInUse(collector: ConfigNode | undefined, names: readonly string[]): readonly string[] {
  const used = (readPipelines(collector) ?? []).flatMap(({ processors }) => processors.map(({ id }) => id));
  return names.filter((name) => used.includes(name));
}

/** A component as a pipeline names it, such as `attributes/pii`. */
export interface Component {
  readonly id: string;
  readonly path: ConfigPath;
}

export interface Pipeline {
  /** Such as `traces` or `traces/in`. */
  readonly id: string;
  readonly path: ConfigPath;
  readonly receivers: readonly Component[];
  readonly processors: readonly Component[];
  readonly exporters: readonly Component[];
}

/**
 * The `service.pipelines` of a Collector configuration; undefined if it has none, because it is only a part of a
 * configuration.
 */
export function readPipelines(collector: ConfigNode | undefined): readonly Pipeline[] | undefined {
  const pipelines = memberOf(memberOf(collector?.value, 'service'), 'pipelines');
  if (collector === undefined || !isYamlMap(pipelines)) return undefined;
  return Object.entries(pipelines).map(([id, pipeline]) => {
    const path = [...collector.path, 'service', 'pipelines', id];
    const components = (key: string) => readComponents(memberOf(pipeline, key), [...path, key]);
    return {
      id,
      path,
      receivers: components('receivers'),
      processors: components('processors'),
      exporters: components('exporters'),
    };
  });
}

export function isTracesPipeline({ id }: Pipeline): boolean {
  return id === 'traces' || id.startsWith('traces/');
}

/** Reads a list of names, or one string with commas, which the Collector reads as a list. */
function readComponents(value: unknown, path: ConfigPath): readonly Component[] {
  if (typeof value === 'string') return value === '' ? [] : value.split(',').map((id) => ({ id: id.trim(), path }));
  if (!Array.isArray(value)) return [];
  return value.flatMap((id, i) => (typeof id === 'string' ? [{ id: id.trim(), path: [...path, i] }] : []));
}
