import type { ConfigNode, ConfigPath } from './issues.ts';

/**
 * Every value of a document with its path, the outer before the inner. A map or list with several aliases is listed
 * once, so aliases cost nothing. A value that was read from YAML is at most `MAX_YAML_DEPTH` deep, so the recursion
 * ends.
 *
 * @param isWhole returns true for values whose inside to skip
 */
export function nodesInside(root: unknown, isWhole: (value: unknown) => boolean): readonly ConfigNode[] {
  const nodes: ConfigNode[] = [];
  const seen = new Set<unknown>();
  const visit = (value: unknown, path: ConfigPath) => {
    const isContainer = isYamlMap(value) || Array.isArray(value);
    if (isContainer && seen.has(value)) return;
    nodes.push({ value, path });
    if (isContainer) seen.add(value);
    if (!isContainer || isWhole(value)) return;
    const steps = Array.isArray(value) ? value.entries() : Object.entries(value);
    for (const [step, inner] of steps) visit(inner, [...path, step]);
  };
  visit(root, []);
  return nodes;
}

export type YamlMap = Record<string, unknown>;

export function isYamlMap(value: unknown): value is YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a key, if `value` is a map that has it. */
export function memberOf(value: unknown, key: string): unknown {
  return isYamlMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
