import { describe } from './issues.ts';
import type { OptionsReader } from './options-reader.ts';

const UNIT_NANOS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3], // micro sign
  ['μs', 1e3], // Greek mu
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);

const WHOLE = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/** Reads a duration as Go's `time.ParseDuration` does (`1h30m`, `1.5s`, `-300ms`, `0`), in milliseconds. */
export function parseGoDuration(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!WHOLE.test(text)) return undefined;
  let nanos = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(PART)) {
    nanos += Math.round(Number(amount) * (UNIT_NANOS.get(unit) ?? 0));
  }
  return (text.startsWith('-') ? -nanos : nanos) / 1e6;
}

/** Milliseconds as Go writes them, so that the Collector can read them: `15s`, `1.5s`, `1m30s`, `2h`. */
export function durationText(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1000;
  const parts = [hours > 0 ? `${hours}h` : '', minutes > 0 ? `${minutes}m` : '', seconds > 0 ? `${seconds}s` : ''];
  return parts.join('') || '0s';
}

export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
  /** Such as `0s to 12h`. */
  readonly words: string;
}

/** In milliseconds, rounded up; undefined if there is none, or it is invalid. */
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
