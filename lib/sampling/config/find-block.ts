import type { ConfigIssues, ConfigNode } from './config-issues.ts';
import { describe } from './describe.ts';
import { BLOCK_KEYS } from './parse-block.ts';

/** What only a rules file of Refinery has at its top. */
const REFINERY_KEYS = ['RulesVersion', 'Samplers'];

/**
 * Finds the `tail_sampling` block: in a whole Collector file (`processors: tail_sampling:`), on its own, or as the bare
 * options. Undefined, and reported, when there is none or more than one.
 */
export function findBlock(root: unknown, issues: ConfigIssues): ConfigNode | undefined {
  if (!isMap(root)) {
    issues.error([], `expected a tail_sampling configuration, got ${describe(root)}`);
    return undefined;
  }
  if (Object.hasOwn(root, 'processors')) {
    const processors = root['processors'];
    if (isMap(processors)) return findInstance(processors, ['processors'], issues);
    issues.error(['processors'], `expected a map of processors with tail_sampling, got ${describe(processors)}`);
    return undefined;
  }
  if (!Object.keys(root).some(isInstanceName)) {
    const refineryKey = REFINERY_KEYS.find((key) => Object.hasOwn(root, key));
    if (refineryKey === undefined) return { value: root, path: [] };
    issues.error([refineryKey], 'this looks like a rules file of Refinery; only tail_sampling configurations are read');
    return undefined;
  }
  for (const key of BLOCK_KEYS.filter((blockKey) => Object.hasOwn(root, blockKey))) {
    issues.error([key], 'belongs inside tail_sampling');
  }
  return findInstance(root, [], issues);
}

function findInstance(
  components: Record<string, unknown>,
  path: readonly string[],
  issues: ConfigIssues,
): ConfigNode | undefined {
  const [name, ...others] = Object.keys(components).filter(isInstanceName);
  if (name === undefined) {
    issues.error(path, 'no tail_sampling processor here');
    return undefined;
  }
  if (others.length > 0) {
    issues.error(path, `expected one tail_sampling processor, got ${[name, ...others].join(', ')}; keep one`);
    return undefined;
  }
  return { value: components[name], path: [...path, name] };
}

function isInstanceName(key: string): boolean {
  return key === 'tail_sampling' || key.startsWith('tail_sampling/');
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
