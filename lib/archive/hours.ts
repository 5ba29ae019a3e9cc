import type { ArchiveHour } from './tables/compacted-hours.ts';
import { textLiteral } from './tables/query-value.ts';

export const MS_PER_HOUR = 3_600_000;
export const MS_PER_DAY = 24 * MS_PER_HOUR;
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: MS_PER_HOUR, d: MS_PER_DAY };

export const TIME_FORMS = '2026-11-21, 2026-11-21T07, 2026-11-21T07:30 (UTC), now, or back from now: -90m, -6h, -2d';

/** A time that a person wrote, in milliseconds since the epoch; undefined when it is none. */
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

/**
 * When traces must have begun to be in a window: from `fromMs` up to before `toMs`, in milliseconds since the epoch.
 *
 * A trace is filed under the hour of its start, and hours are what is read. A trace whose start is more than a day from its
 * arrival is filed under the hour of its arrival: it is in every window that has a part of that hour, because no minute of
 * it is known.
 */
export interface TimeWindow {
  /** Undefined: from the first trace on. */
  readonly fromMs?: number | undefined;
  /** Undefined: no end; clocks may be ahead. */
  readonly toMs?: number | undefined;
}

/** The views by which a statement may ask, and the column that has the start of the trace. */
export const START_COLUMNS = { spans: 'trace_start_time', traces: 'start_time' } as const;
export type WindowedView = keyof typeof START_COLUMNS;

/**
 * The condition that selects the traces of a window in a view: first on the partitions, so that no other hours are read, and
 * then, in the first and the last hour, on the start of the trace.
 *
 * @param until where the partitions end when the window has no end, in milliseconds since the epoch
 */
export function windowCondition(
  { fromMs, toMs }: TimeWindow & { readonly fromMs: number },
  until: number,
  view: WindowedView,
): string {
  const from = hourOf(fromMs);
  const last = hourOf(lastMs(fromMs, toMs ?? until + 1));
  const start = START_COLUMNS[view];
  return [
    `dt BETWEEN ${textLiteral(from.dt)} AND ${textLiteral(last.dt)}`,
    `(dt > ${textLiteral(from.dt)} OR hour >= ${from.hour})`,
    `(dt < ${textLiteral(last.dt)} OR hour <= ${last.hour})`,
    ...(fromMs > from.beginMs ? [notWithin(start, from, from.beginMs, fromMs)] : []),
    ...(toMs !== undefined && toMs < last.beginMs + MS_PER_HOUR
      ? [notWithin(start, last, toMs, last.beginMs + MS_PER_HOUR)]
      : []),
  ].join(' AND ');
}

/** In an hour, no trace that began in this part of it. One that began elsewhere, or at no known time, passes. */
function notWithin(start: string, { dt, hour }: Hour, fromMs: number, toMs: number): string {
  const began = `${start} >= ${timestamp(fromMs)} AND ${start} < ${timestamp(toMs)}`;
  return `NOT (dt = ${textLiteral(dt)} AND hour = ${hour} AND coalesce(${began}, false))`;
}

/**
 * What {@link windowCondition} says, of one trace. A bound that is not there excludes nothing.
 *
 * @param hour under which the trace is filed: `2026-11-21T07`
 * @param startMs undefined: not known
 */
export function isInWindow({ fromMs, toMs }: TimeWindow, hour: string, startMs: number | undefined): boolean {
  const beginMs = Date.parse(`${hour}:00:00Z`);
  const endMs = beginMs + MS_PER_HOUR;
  if ((fromMs !== undefined && endMs <= fromMs) || (toMs !== undefined && beginMs >= toMs)) return false;
  const isFiledByStart = startMs !== undefined && startMs >= beginMs && startMs < endMs;
  return !isFiledByStart || ((fromMs === undefined || startMs >= fromMs) && (toMs === undefined || startMs < toMs));
}

/** The condition for the last 24 hours, whenever the statement runs: for queries that are stored and not made. */
export function lastDayCondition(view: WindowedView): string {
  const now = "(current_timestamp AT TIME ZONE 'UTC')";
  const from = "((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')";
  const dt = (time: string) => `date_format(${time}, '%Y-%m-%d')`;
  const start = START_COLUMNS[view];
  return [
    `dt BETWEEN ${dt(from)} AND ${dt(now)}`,
    `(dt > ${dt(from)} OR hour >= hour(${from}))`,
    `NOT (dt = ${dt(from)} AND hour = hour(${from}) AND coalesce(${start} >= CAST(date_trunc('hour', ${from}) AS timestamp(3))` +
      ` AND ${start} < CAST(${from} AS timestamp(3)), false))`,
  ].join(' AND ');
}

/** From the first to the last hour: `2026-11-21T07`, so that they sort. */
export interface Hours {
  readonly first: string;
  readonly last: string;
}

/** The hours that {@link windowCondition} reads. */
export function windowHours({ fromMs, toMs }: TimeWindow & { readonly fromMs: number }, until: number): Hours {
  const text = (ms: number) => new Date(ms).toISOString().slice(0, 13);
  return { first: text(fromMs), last: text(lastMs(fromMs, toMs ?? until + 1)) };
}

/** A time as SQL has it, to the millisecond. */
function timestamp(ms: number): string {
  return `TIMESTAMP '${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}'`;
}

function lastMs(fromMs: number, toMs: number): number {
  return Math.max(fromMs, toMs - 1);
}

export function dayOf(ms: number): string {
  return hourOf(ms).dt;
}

interface Hour {
  readonly dt: string;
  readonly hour: number;
  readonly beginMs: number;
}

function hourOf(ms: number): Hour {
  const text = new Date(ms).toISOString();
  return {
    dt: text.slice(0, 10),
    hour: Number(text.slice(11, 13)),
    beginMs: Math.floor(ms / MS_PER_HOUR) * MS_PER_HOUR,
  };
}

/** The hour that a time lies in. @param ms since the epoch */
export function hourAt(ms: number): ArchiveHour {
  return new Date(ms).toISOString().slice(0, 13);
}

/** When an hour begins, in milliseconds since the epoch. */
export function startOf(hour: ArchiveHour): number {
  return Date.parse(`${hour}:00:00Z`);
}

/** The hours from `from` on, and before `to`. */
export function hoursBetween(from: ArchiveHour, to: ArchiveHour): ArchiveHour[] {
  const hours: ArchiveHour[] = [];
  for (let ms = startOf(from); ms < startOf(to); ms += MS_PER_HOUR) hours.push(hourAt(ms));
  return hours;
}

/** The folder of an hour inside `traces/` and `spans/`, with the slash at its end. @param tenant undefined: none are kept apart */
export function partitionFolder(hour: ArchiveHour, tenant: string | undefined): string {
  const scope = tenant === undefined ? '' : `tenant=${tenant}/`;
  return `${scope}dt=${hour.slice(0, 10)}/hour=${hour.slice(11)}/`;
}

/** The UTC day and hour of a time, as they name a partition of the archive. */
export interface UtcHour {
  /** `YYYY-MM-DD` */
  readonly dt: string;
  /** `HH` */
  readonly hour: string;
}

/** The UTC day and hour that a time lies in. @param ms since the epoch */
export function utcHourOf(ms: number): UtcHour {
  const text = formatUtc(ms);
  return { dt: text.slice(0, 10), hour: text.slice(11, 13) };
}

/**
 * `YYYY-MM-DD HH:MM:SS.mmm` in UTC: the one form of a timestamp that all of Athena's JSON readers take.
 * @param ms since the epoch
 */
export function formatUtc(ms: number): string {
  const day = Math.floor(ms / MS_PER_DAY);
  const rest = Math.floor(ms - day * MS_PER_DAY);
  const hour = digits(Math.floor(rest / 3_600_000), 2);
  const minute = digits(Math.floor(rest / 60_000) % 60, 2);
  const second = digits(Math.floor(rest / 1000) % 60, 2);
  return `${formatDay(day)} ${hour}:${minute}:${second}.${digits(rest % 1000, 3)}`;
}

const DAYS_PER_ERA = 146_097;
const DAYS_FROM_YEAR_0_TO_1970 = 719_468;

/**
 * The Gregorian date of a day counted from 1970-01-01. Years are counted from March, so that the leap day is the last of
 * its year, in eras of 400 years, which are all alike.
 */
function formatDay(day: number): string {
  const sinceYear0 = day + DAYS_FROM_YEAR_0_TO_1970;
  const era = Math.floor(sinceYear0 / DAYS_PER_ERA);
  const dayOfEra = sinceYear0 - era * DAYS_PER_ERA;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(dayOfMonth, 2)}`;
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}
