export type YamlMap = Record<string, unknown>;

export function isYamlMap(value: unknown): value is YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a key, when `value` is a map that has it. */
export function memberOf(value: unknown, key: string): unknown {
  return isYamlMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
