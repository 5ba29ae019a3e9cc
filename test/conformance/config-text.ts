import { type ConfigValue, YamlScalar } from './case.ts';

const NOT_PLAIN = /[^\x20-\x7e]/gu;

/** The configuration as JSON, which is YAML too. Whatever is not ASCII is escaped, so that no YAML reader objects. */
export function configText(value: ConfigValue): string {
  if (value === null) return 'null';
  if (value instanceof YamlScalar) return value.spelling;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return JSON.stringify(value).replace(NOT_PLAIN, escaped);
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(configText).join(', ')}]`;
  const entries = Object.entries(value).map(([key, inner]) => `${configText(key)}: ${configText(inner)}`);
  return `{${entries.join(', ')}}`;
}

/** With every `$` doubled: the Collector has resolved substitutions when its processors see their configuration. */
export function withDollars(value: ConfigValue): ConfigValue {
  if (typeof value === 'string') return value.replaceAll('$', () => '$$');
  if (Array.isArray(value)) return value.map(withDollars);
  if (typeof value !== 'object' || value === null || value instanceof YamlScalar) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withDollars(inner)]));
}

function escaped(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0;
  if (codePoint > 0xffff) return `\\U${codePoint.toString(16).padStart(8, '0')}`;
  return `\\u${codePoint.toString(16).padStart(4, '0')}`;
}
