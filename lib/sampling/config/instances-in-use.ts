import { isYamlMap, memberOf } from './yaml-map.ts';

/** Which of these processors a Collector's `service.pipelines` name. */
export function instancesInUse(collectorConfig: unknown, names: readonly string[]): readonly string[] {
  const pipelines = memberOf(memberOf(collectorConfig, 'service'), 'pipelines');
  if (!isYamlMap(pipelines)) return [];
  const used = Object.values(pipelines).flatMap((pipeline) => memberOf(pipeline, 'processors'));
  return names.filter((name) => used.includes(name));
}
