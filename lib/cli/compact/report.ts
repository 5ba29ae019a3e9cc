import { type FolderResult, type HourResult, sum } from '../../archive/compaction/compact-hour.ts';

/** Objects that are named. */
const MAX_LISTED = 20;

/** Progress: a line for an hour in which something was done. */
export function hourLine({ hour, parts, objects, spans, bytesBefore, bytesAfter }: HourResult): string | undefined {
  if (parts === 0) return undefined;
  return `${hour}: ${objects} objects, ${spans} spans, ${size(bytesBefore)} to ${size(bytesAfter)} in ${count(parts, 'part')}`;
}

/** What was done, and what was left. */
export function summaryLines(results: readonly HourResult[]): string[] {
  const { parts, objects, spans, bytesBefore, bytesAfter, refused }: FolderResult = sum(results);
  const hours = results.filter((result) => result.parts > 0).length;
  const lines = [
    `compacted: ${count(hours, 'hour')}, ${count(objects, 'object')}, ${count(spans, 'span')}`,
    ...(parts === 0
      ? []
      : [
          `bytes: ${size(bytesBefore)} of lines, ${size(bytesAfter)} of Parquet (${percent(bytesAfter, bytesBefore)} %)`,
        ]),
  ];
  if (refused.length > 0) {
    lines.push(`left as they are, and still read: ${count(refused.length, 'object')}`);
    for (const { object, reason } of refused.slice(0, MAX_LISTED)) {
      lines.push(`  ${object.key}: ${reason}`);
    }
  }
  return lines;
}

export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

export function size(bytes: number): string {
  if (bytes < 1 << 20) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : String(Math.round((100 * part) / whole));
}
