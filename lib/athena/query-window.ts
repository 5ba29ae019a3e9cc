import { textLiteral } from './query-value.ts';

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 24 * MS_PER_HOUR;
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: MS_PER_HOUR, d: MS_PER_DAY };

export const TIME_FORMS = '2026-11-21, 2026-11-21T07, 2026-11-21T07:30 (UTC), now, or back from now: -90m, -6h, -2d';

/** A time that a person wrote, in milliseconds since the epoch; undefined when it is none. */
export function parseTime(text: string, nowMs: number): number | undefined {
  if (text === 'now') return nowMs;
  const back = /^-(\d{1,5})([mhd])$/.exec(text);
  if (back !== null) return nowMs - Number(back[1]) * (UNITS[back[2] ?? ''] ?? 0);
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2})(?::(\d{2}))?(?::\d{2}(?:\.\d{1,3})?)?Z?)?$/.exec(text);
  if (parts === null) return undefined;
  const [, day, hour = '00', minute = '00'] = parts;
  const ms = Date.parse(`${day}T${hour}:${minute}:00Z`);
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(day ?? '') ? undefined : ms;
}

/**
 * The condition that selects the hours from the one of `fromMs` to the one before or at `toMs`. It is on the partitions
 * alone: a trace is in a window when it began in one of its hours.
 */
export function windowCondition(fromMs: number, toMs: number): string {
  const from = hourOf(fromMs);
  const last = hourOf(lastMs(fromMs, toMs));
  const days = `dt BETWEEN ${textLiteral(from.dt)} AND ${textLiteral(last.dt)}`;
  const begin = `(dt > ${textLiteral(from.dt)} OR hour >= ${from.hour})`;
  const end = `(dt < ${textLiteral(last.dt)} OR hour <= ${last.hour})`;
  return `${days} AND ${begin} AND ${end}`;
}

/** The condition for the last 24 hours, whenever the statement runs: for queries that are stored and not made. */
export const LAST_DAY_CONDITION = ((now: string, from: string, dt: (time: string) => string) =>
  `dt BETWEEN ${dt(from)} AND ${dt(now)} AND (dt > ${dt(from)} OR hour >= hour(${from}))`)(
  "(current_timestamp AT TIME ZONE 'UTC')",
  "((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')",
  (time) => `date_format(${time}, '%Y-%m-%d')`,
);

/** From the first to the last hour: `2026-11-21T07`, so that they sort. */
export interface Hours {
  readonly first: string;
  readonly last: string;
}

/** The hours that {@link windowCondition} selects. */
export function windowHours(fromMs: number, toMs: number): Hours {
  const text = (ms: number) => new Date(ms).toISOString().slice(0, 13);
  return { first: text(fromMs), last: text(lastMs(fromMs, toMs)) };
}

function lastMs(fromMs: number, toMs: number): number {
  return Math.max(fromMs, toMs - 1);
}

export function dayOf(ms: number): string {
  return hourOf(ms).dt;
}

function hourOf(ms: number): { readonly dt: string; readonly hour: number } {
  const text = new Date(ms).toISOString();
  return { dt: text.slice(0, 10), hour: Number(text.slice(11, 13)) };
}
