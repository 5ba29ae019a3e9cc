import { didYouMean } from '../../text/nearest-name.ts';
import { recogniseMap } from './foreign-maps.ts';
import type { ConfigIssues } from './issues.ts';
import { describe, nameList } from './issues.ts';
import { BLOCK_KEYS } from './parse-block.ts';
import { isYamlMap, memberOf, nodesInside } from './yaml-map.ts';

const SECTIONS = ['receivers', 'processors', 'exporters', 'connectors', 'extensions', 'service'];
const EXPECTED =
  'expected a Collector configuration with tail_sampling under processors, a tail_sampling block, or its options';

/** Reports, once, that a document has no `tail_sampling` block, and what it is instead. */
export function explainMissing(root: unknown, issues: ConfigIssues): void {
  if (!isYamlMap(root)) {
    issues.error([], `expected a tail_sampling configuration, got ${describe(root)}`);
    return;
  }
  if (Object.hasOwn(root, 'processors') && !isYamlMap(root['processors'])) {
    issues.error(
      ['processors'],
      `expected a map of processors with tail_sampling, got ${describe(root['processors'])}`,
    );
    return;
  }
  const [config] = nodesInside(root, isCollectorLike).filter(({ value, path }) => {
    const isConfig = ['config', 'alternateConfig'].includes(String(path.at(-1)));
    return isCollectorLike(value) || (isConfig && sectionsOf(value) > 0);
  });
  if (isYamlMap(config?.value)) {
    const { processors } = config.value;
    const path = [...config.path, 'processors'];
    if (isYamlMap(processors)) {
      const names = Object.keys(processors);
      const near = names.map((name) => didYouMean(name, ['tail_sampling'])).find((hint) => hint !== '');
      issues.error(path, `no tail_sampling processor here, only ${nameList(names)}${near ?? ''}`);
    } else {
      issues.error(path, `expected a map of processors with tail_sampling, got ${describe(processors)}`);
    }
    return;
  }
  const foreign = recogniseMap(root);
  if (foreign !== undefined) {
    issues.error([foreign.key], foreign.message);
    return;
  }
  const keys = Object.keys(root);
  const near = keys.map((key) => didYouMean(key, ['tail_sampling', 'processors', ...BLOCK_KEYS])).find(Boolean) ?? '';
  issues.error([], `${EXPECTED}; got a map with ${nameList(keys)}${near}`);
}

/** Two sections are required, because each of these words is also a key of other formats. */
function isCollectorLike(value: unknown): boolean {
  return sectionsOf(value) > 1 || isYamlMap(memberOf(value, 'processors'));
}

function sectionsOf(value: unknown): number {
  return isYamlMap(value) ? SECTIONS.filter((section) => Object.hasOwn(value, section)).length : 0;
}
