import type { ConfigIssues, ConfigNode, ConfigPath } from './config-issues.ts';
import { describe } from './describe.ts';
import { embeddedConfigs } from './embedded-configs.ts';
import { instancesInUse } from './instances-in-use.ts';
import { BLOCK_KEYS } from './parse-block.ts';
import { isYamlMap, memberOf, type YamlMap } from './yaml-map.ts';

/** What only a rules file of Refinery has at its top. */
const REFINERY_KEYS = ['RulesVersion', 'Samplers'];

/**
 * Finds the `tail_sampling` block: in a whole Collector file (`processors: tail_sampling:`), in one that is embedded in Helm
 * values or in a resource of the operator, on its own, or as the bare options. Undefined, and reported, when there is none or
 * more than one.
 */
export function findBlock(root: unknown, issues: ConfigIssues): ConfigNode | undefined {
  if (!isYamlMap(root)) {
    issues.error([], `expected a tail_sampling configuration, got ${describe(root)}`);
    return undefined;
  }
  if (Object.hasOwn(root, 'processors')) return findInCollector({ value: root, path: [] }, issues);
  if (instancesOf(root).length > 0) {
    for (const key of BLOCK_KEYS.filter((blockKey) => Object.hasOwn(root, blockKey))) {
      issues.error([key], 'belongs inside tail_sampling');
    }
    return findInstance(root, [], undefined, issues);
  }
  const refineryKey = REFINERY_KEYS.find((key) => Object.hasOwn(root, key));
  if (refineryKey !== undefined) {
    issues.error([refineryKey], 'this looks like a rules file of Refinery; only tail_sampling configurations are read');
    return undefined;
  }
  if (BLOCK_KEYS.some((key) => Object.hasOwn(root, key))) return { value: root, path: [] };
  return findEmbedded(root, issues);
}

function findEmbedded(root: YamlMap, issues: ConfigIssues): ConfigNode | undefined {
  const configs = embeddedConfigs(root);
  const [config, ...others] = configs.filter(({ value }) => instancesOf(memberOf(value, 'processors')).length > 0);
  if (others.length > 0) {
    const places = [config, ...others].map((node) => node?.path.join('.')).join(', ');
    issues.error([], `expected one configuration with tail_sampling, got them in ${places}; keep one`);
    return undefined;
  }
  const found = config ?? configs[0];
  if (found !== undefined) return findInCollector(found, issues);
  if (Object.hasOwn(root, 'apiVersion') && Object.hasOwn(root, 'kind')) {
    issues.error(
      ['kind'],
      'no Collector configuration with processors in its spec.config; only OpenTelemetryCollector has one',
    );
    return undefined;
  }
  return { value: root, path: [] };
}

function findInCollector({ value: config, path }: ConfigNode, issues: ConfigIssues): ConfigNode | undefined {
  const processors = memberOf(config, 'processors');
  const processorsPath = [...path, 'processors'];
  if (isYamlMap(processors)) return findInstance(processors, processorsPath, config, issues);
  issues.error(processorsPath, `expected a map of processors with tail_sampling, got ${describe(processors)}`);
  return undefined;
}

/** @param collectorConfig what says which of several instances is in use */
function findInstance(
  components: YamlMap,
  path: ConfigPath,
  collectorConfig: unknown,
  issues: ConfigIssues,
): ConfigNode | undefined {
  const names = instancesOf(components);
  const used = names.length > 1 ? instancesInUse(collectorConfig, names) : names;
  const [name] = used.length === 1 ? used : names;
  if (name === undefined) {
    issues.error(path, 'no tail_sampling processor here');
    return undefined;
  }
  if (used.length !== 1) {
    issues.error(path, `expected one tail_sampling processor, got ${names.join(', ')}; keep one`);
    return undefined;
  }
  for (const other of names.filter((candidate) => candidate !== name)) {
    issues.warn([...path, other], `is not read: no pipeline of service.pipelines names it, one names ${name}`);
  }
  return { value: components[name], path: [...path, name] };
}

function instancesOf(components: unknown): readonly string[] {
  if (!isYamlMap(components)) return [];
  return Object.keys(components).filter((key) => key === 'tail_sampling' || key.startsWith('tail_sampling/'));
}
