import type { PartitionRange } from '../../archive/archive-reader.ts';
import { dayOf, hourOf, hourOfDay } from '../../archive/hours.ts';
import { filedHour, partitionOfHour } from '../../archive/layout.ts';
import { textLiteral } from '../../archive/tables/query-value.ts';
import { parseTime, TIME_FORMS, type TimeWindow } from '../../archive/window.ts';
import type { ReplayCommand } from './arguments.ts';
import { ReplayError } from './otlp-sender.ts';

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

/** @throws {ReplayError} when a time is none, or the window is empty */
export function windowOf({ since, until }: Pick<ReplayCommand, 'since' | 'until'>, nowMs: number): ReplayWindow {
  const sinceMs = timeOf('--since', since, nowMs);
  const untilMs = timeOf('--until', until, nowMs);
  if (sinceMs !== undefined && sinceMs >= (untilMs ?? nowMs)) {
    throw new ReplayError(`--since must be before --until, got ${since} and ${until ?? 'now'}`);
  }
  const partitions = {
    first: sinceMs === undefined ? undefined : partitionAt(sinceMs),
    // An hour that begins where the window ends is not in it. Without an end there is none: clocks may be ahead.
    last: untilMs === undefined ? undefined : partitionAt(untilMs - 1),
  };
  return { times: { fromMs: sinceMs, toMs: untilMs }, partitions };
}

function timeOf(option: string, text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseTime(text, nowMs);
  if (ms === undefined) throw new ReplayError(`${option} is "${text}": expected ${TIME_FORMS}`);
  return ms;
}

function partitionAt(ms: number): string {
  return partitionOfHour(hourOf(ms));
}
