import type { PartitionRange } from '../../archive/archive-reader.ts';
import { dayOf, hourOf, hourOfDay } from '../../archive/hours.ts';
import { filedHour, partitionOfHour } from '../../archive/layout.ts';
import { textLiteral } from '../../archive/tables/query-value.ts';
import { parseTime, type TimeWindow } from '../../archive/window.ts';
import { UsageError } from '../../terminal/errors.ts';
import type { ReplayCommand } from './arguments.ts';

/** The same hours in SQL, on the partitions alone: nothing else is read. */
export function partitionCondition({ first, last }: PartitionRange): string {
  return [...bound(first, '>'), ...bound(last, '<'), 'true'].join(' AND ');
}

function bound(partition: string | undefined, side: '>' | '<'): string[] {
  if (partition === undefined) return [];
  const hour = filedHour(partition);
  const day = textLiteral(dayOf(hour));
  return [`dt ${side}= ${day}`, `(dt ${side} ${day} OR hour ${side}= ${Number(hourOfDay(hour))})`];
}

/** When the traces began that are sent, and the hours that they are filed under. */
export interface ReplayWindow {
  readonly times: TimeWindow;
  readonly partitions: PartitionRange;
}

/** @throws {UsageError} when the window is empty */
export function windowOf({ from, to }: Pick<ReplayCommand, 'from' | 'to'>, nowMs: number): ReplayWindow {
  const fromMs = from === undefined ? undefined : parseTime(from, nowMs);
  const toMs = to === undefined ? undefined : parseTime(to, nowMs);
  if (fromMs !== undefined && fromMs >= (toMs ?? nowMs)) {
    throw new UsageError([`--from must be before --to, got ${from} and ${to ?? 'now'}`]);
  }
  const partitions = {
    first: fromMs === undefined ? undefined : partitionAt(fromMs),
    // An hour that begins where the window ends is not in it. Without an end there is none: clocks may be ahead.
    last: toMs === undefined ? undefined : partitionAt(toMs - 1),
  };
  return { times: { fromMs, toMs }, partitions };
}

function partitionAt(ms: number): string {
  return partitionOfHour(hourOf(ms));
}
