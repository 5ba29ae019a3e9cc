import { dayOf, formatUtc, type HourRange, hourOf, hourOfDay, MS_PER_DAY, MS_PER_HOUR, startOf } from './hours.ts';
import { textLiteral } from './tables/query-value.ts';

/**
 * The traces that began in a window: from `fromMs` up to, and without, `toMs`, in milliseconds since the epoch.
 *
 * A trace is filed under the hour of its start, and hours are what is read. A trace whose start is more than a day from its
 * arrival is filed under the hour of its arrival: its start says nothing about the minute, so it is in every window that
 * has a part of that hour.
 */
export interface TimeWindow {
  /** Undefined: from the first trace on. */
  readonly fromMs?: number | undefined;
  /** Undefined: no end, because clocks may be ahead. */
  readonly toMs?: number | undefined;
}

/** The forms that {@link parseTime} reads, in words. */
export const TIME_FORMS = '2026-11-21, 2026-11-21T07, 2026-11-21T07:30 (UTC), now, or back from now: -90m, -6h, -2d';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: MS_PER_HOUR, d: MS_PER_DAY };

/** A time as a person writes it, in milliseconds since the epoch; undefined when the text is not a time. */
export function parseTime(text: string, nowMs: number): number | undefined {
  if (text === 'now') return nowMs;
  const back = /^-(\d{1,5})([mhd])$/.exec(text);
  if (back !== null) return nowMs - Number(back[1]) * (UNITS[back[2] ?? ''] ?? 0);
  const parts =
    /^(?<day>\d{4}-\d{2}-\d{2})(?:[T ](?<hour>\d{2})(?::(?<minute>\d{2})(?::(?<second>\d{2}(?:\.\d{1,3})?))?)?Z?)?$/.exec(
      text,
    );
  if (parts?.groups === undefined) return undefined;
  const { day = '', hour = '00', minute = '00', second = '00' } = parts.groups;
  const ms = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(day) ? undefined : ms;
}

/** The views that a statement may ask, and their column with the start of the trace. */
export const START_COLUMNS = { spans: 'trace_start_time', traces: 'start_time' } as const;
export type WindowedView = keyof typeof START_COLUMNS;

/**
 * The condition that selects the traces of a window in a view: first on the partitions, so that no other hours are read;
 * then, in the first and the last hour, on the start of the trace.
 *
 * @param until where the partitions end when the window has no end, in milliseconds since the epoch
 */
export function windowCondition(
  window: TimeWindow & { readonly fromMs: number },
  until: number,
  view: WindowedView,
): string {
  const { fromMs, toMs } = window;
  const { first, last } = windowHours(window, until);
  const firstMs = startOf(first);
  const endMs = startOf(last) + MS_PER_HOUR;
  const firstDay = textLiteral(dayOf(first));
  const lastDay = textLiteral(dayOf(last));
  return [
    `dt BETWEEN ${firstDay} AND ${lastDay}`,
    `(dt > ${firstDay} OR hour >= ${Number(hourOfDay(first))})`,
    `(dt < ${lastDay} OR hour <= ${Number(hourOfDay(last))})`,
    ...(fromMs > firstMs ? [notWithin(view, first, firstMs, fromMs)] : []),
    ...(toMs !== undefined && toMs < endMs ? [notWithin(view, last, toMs, endMs)] : []),
  ].join(' AND ');
}

/** In an hour, no trace that began in this part of it. One that began elsewhere, or at no known time, passes. */
function notWithin(view: WindowedView, hour: string, fromMs: number, toMs: number): string {
  const start = START_COLUMNS[view];
  const began = `${start} >= ${timestamp(fromMs)} AND ${start} < ${timestamp(toMs)}`;
  return `NOT (dt = ${textLiteral(dayOf(hour))} AND hour = ${Number(hourOfDay(hour))} AND coalesce(${began}, false))`;
}

/** A time as an SQL literal, to the millisecond. */
function timestamp(ms: number): string {
  return `TIMESTAMP '${formatUtc(ms)}'`;
}

/** The hours that {@link windowCondition} reads. */
export function windowHours({ fromMs, toMs }: TimeWindow & { readonly fromMs: number }, until: number): HourRange {
  return { first: hourOf(fromMs), last: hourOf(Math.max(fromMs, (toMs ?? until + 1) - 1)) };
}

/**
 * What {@link windowCondition} says, of one trace. A bound that is not there excludes nothing.
 *
 * @param hour under which the trace is filed: `2026-11-21T07`
 * @param startMs undefined: not known
 */
export function isInWindow({ fromMs, toMs }: TimeWindow, hour: string, startMs: number | undefined): boolean {
  const beginMs = startOf(hour);
  const endMs = beginMs + MS_PER_HOUR;
  if ((fromMs !== undefined && endMs <= fromMs) || (toMs !== undefined && beginMs >= toMs)) return false;
  const isFiledByStart = startMs !== undefined && startMs >= beginMs && startMs < endMs;
  return !isFiledByStart || ((fromMs === undefined || startMs >= fromMs) && (toMs === undefined || startMs < toMs));
}

/**
 * The condition for the last 24 hours before the statement runs: for queries that Athena stores.
 *
 * @param hoursBack for the 24 hours that ended so long ago
 */
export function lastDayCondition(view: WindowedView, hoursBack = 0): string {
  const at = (hours: number) =>
    hours === 0
      ? "(current_timestamp AT TIME ZONE 'UTC')"
      : `((current_timestamp - INTERVAL '${hours}' HOUR) AT TIME ZONE 'UTC')`;
  const [from, to] = [at(24 + hoursBack), at(hoursBack)];
  const dt = (time: string) => `date_format(${time}, '%Y-%m-%d')`;
  const ms = (time: string) => `CAST(${time} AS timestamp(3))`;
  const start = START_COLUMNS[view];
  const notWithinHourOf = (time: string, begin: string, end: string) =>
    `NOT (dt = ${dt(time)} AND hour = hour(${time}) AND coalesce(${start} >= ${begin} AND ${start} < ${end}, false))`;
  return [
    `dt BETWEEN ${dt(from)} AND ${dt(to)}`,
    `(dt > ${dt(from)} OR hour >= hour(${from}))`,
    notWithinHourOf(from, ms(`date_trunc('hour', ${from})`), ms(from)),
    // Up to now has no end: a clock may be ahead.
    ...(hoursBack === 0
      ? []
      : [
          `(dt < ${dt(to)} OR hour <= hour(${to}))`,
          notWithinHourOf(to, ms(to), ms(`date_trunc('hour', ${to}) + INTERVAL '1' HOUR`)),
        ]),
  ].join(' AND ');
}
