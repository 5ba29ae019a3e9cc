import { fnv1a64 } from '../../otlp/fnv1a-64.ts';

/**
 * A hash of a part of a configuration, as it is written: 16 hex digits, the same in each process. The order of keys, comments and
 * everything else that is YAML alone make no difference; the order of lists, and options that are given as their default, do.
 */
export function fingerprintOf(value: unknown): string {
  const { high, low } = fnv1a64(new TextEncoder().encode(JSON.stringify(value, inOneForm)));
  return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
}

function inOneForm(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
