import { describe } from './describe.ts';
import { parseGoDuration } from './go-duration.ts';
import type { OptionsReader } from './options-reader.ts';

export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
  /** `0s to 12h`. */
  readonly words: string;
}

/** In milliseconds, rounded up; undefined when there is none, or none that can be read. */
export function readDuration(options: OptionsReader, key: string, range: DurationRange): number | undefined {
  const node = options.value(key);
  if (node === undefined) return undefined;
  const ms =
    node.value === 0n || node.value === 0
      ? 0
      : typeof node.value === 'string'
        ? parseGoDuration(node.value)
        : undefined;
  if (ms === undefined) {
    options.error(key, `expected a duration with a unit, such as 30s or 1m30s, got ${describe(node.value)}`);
  } else if (ms < range.minMs || ms > range.maxMs) {
    options.error(key, `expected a duration from ${range.words}, got ${describe(node.value)}`);
  }
  return ms === undefined ? undefined : Math.ceil(ms);
}
