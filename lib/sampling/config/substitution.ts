import type { ConfigIssues, ConfigNode } from './issues.ts';

/** Stands for a value that could not be read and has been reported. Code that finds it reports nothing more. */
export const REPORTED: unique symbol = Symbol('reported');

const DOLLARS = /\$\$|\$\{[^}]*\}/g;

/**
 * Treats `$` as the Collector does: `$$` is an escaped `$`. A substitution (`${env:X}`) is an error here, because the
 * deployed configuration must not depend on the machine that reads it.
 */
export function resolveDollars(node: ConfigNode, issues: ConfigIssues, ancestors: readonly unknown[] = []): unknown {
  const { value, path } = node;
  if (typeof value === 'string') return resolveText(value, node, issues);
  if (typeof value !== 'object' || value === null) return value;
  if (ancestors.includes(value)) {
    issues.error(path, 'contains itself');
    return REPORTED;
  }
  const resolve = (inner: unknown, step: string | number) =>
    resolveDollars({ value: inner, path: [...path, step] }, issues, [...ancestors, value]);
  if (Array.isArray(value)) return value.map(resolve);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner, key)]));
}

function resolveText(text: string, { path }: ConfigNode, issues: ConfigIssues): unknown {
  const substitution = text.match(DOLLARS)?.find((match) => match !== '$$');
  if (substitution === undefined) return text.replaceAll('$$', () => '$');
  issues.error(path, `"${substitution}" is not substituted here; write the value itself`);
  return REPORTED;
}
