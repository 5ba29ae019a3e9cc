import type { ConfigNode } from '../issues.ts';
import { readPipelines } from './pipelines.ts';

/** Which of these processors a Collector's `service.pipelines` name. */
export function instancesInUse(collector: ConfigNode | undefined, names: readonly string[]): readonly string[] {
  const used = (readPipelines(collector) ?? []).flatMap(({ processors }) => processors.map(({ id }) => id));
  return names.filter((name) => used.includes(name));
}
