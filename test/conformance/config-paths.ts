import { type ConfigBlock, type ConfigValue, YamlScalar } from './case.ts';

export type ConfigPath = readonly (string | number)[];

/** Of everything inside, the outer before the inner. */
export function* pathsIn(value: ConfigValue, path: ConfigPath = []): Generator<ConfigPath> {
  if (path.length > 0) yield path;
  const inside: Iterable<readonly [string | number, ConfigValue]> = Array.isArray(value)
    ? value.entries()
    : isBlock(value)
      ? Object.entries(value)
      : [];
  for (const [step, inner] of inside) yield* pathsIn(inner, [...path, step]);
}

/** With what is at the path changed; left out if that becomes undefined. */
export function changed(
  config: ConfigBlock,
  path: ConfigPath,
  change: (inner: ConfigValue) => ConfigValue | undefined,
): ConfigBlock {
  const after = changedValue(config, path, change);
  return after !== undefined && isBlock(after) ? after : config;
}

export function isBlock(value: ConfigValue): value is ConfigBlock {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof YamlScalar);
}

function changedValue(
  value: ConfigValue,
  [step, ...rest]: ConfigPath,
  change: (inner: ConfigValue) => ConfigValue | undefined,
): ConfigValue | undefined {
  if (step === undefined) return change(value);
  const inside = (key: string | number, inner: ConfigValue) =>
    key === step ? changedValue(inner, rest, change) : inner;
  if (Array.isArray(value)) {
    return value.map((inner: ConfigValue, i) => inside(i, inner)).filter((inner) => inner !== undefined);
  }
  if (!isBlock(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, inside(key, inner)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, ConfigValue] => entry[1] !== undefined));
}
