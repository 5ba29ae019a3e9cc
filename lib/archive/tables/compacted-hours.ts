import { type ArchiveHour, dayOf, formatUtc, hourOfDay } from '../hours.ts';
import { NAME_TIME_PATTERN, nameTime } from '../layout.ts';
import { type Column, column } from './columns.ts';
import { textLiteral } from './query-value.ts';

/**
 * Which hours the views read from the Parquet parts. The others they read from the JSON lines.
 *
 * ```
 *  JSON │ Parquet …            │ closing: JSON without late objects │ JSON
 * ──────┼───── left: JSON ─────┼────────────────────────────────────┼──────▶ hours
 *     from                     to                                 before
 * ```
 */
export interface CompactedHours {
  /** The first hour that is read from Parquet. */
  readonly from: ArchiveHour;
  /** The hour after the last one. Equal to `from`: there is none. */
  readonly to: ArchiveHour;
  /** Hours between them that are still read from JSON, because compaction could not copy an object in them. */
  readonly left: readonly ArchiveHour[];
  /** The hours that come next, from `to` on; undefined: not begun. */
  readonly closing: ClosingHours | undefined;
}

/**
 * Hours that will be read from Parquet soon. A late object in them is not shown from JSON: a query could see it there, and
 * a later query miss it if it came too late for the parts. It appears once it is in a part.
 */
export interface ClosingHours {
  /** The hour after the last one. */
  readonly before: ArchiveHour;
  /** Objects are late from this time on, by their names; in milliseconds since the epoch. */
  readonly atMs: number;
  /** Until when this holds, in milliseconds since the epoch. If no run has finished by then, all of JSON is shown again. */
  readonly untilMs: number;
}

const NEVER = '1970-01-01T00';

/** All hours are read from JSON. */
export const NOTHING_COMPACTED: CompactedHours = { from: NEVER, to: NEVER, left: [], closing: undefined };

/** The view with these hours, which the other views join. */
export const COMPACTED_HOURS_VIEW = 'compacted_hours';

/** Its columns: one row of constants, which the planner puts into the conditions of the other views. */
export const COMPACTED_HOURS_COLUMNS: readonly Column[] = [
  column('from_dt', 'text', 'Day of the first hour that is read from Parquet.'),
  column('from_hour', 'integer', 'That hour.'),
  column('to_dt', 'text', 'Day of the hour after the last one that is read from Parquet.'),
  column('to_hour', 'integer', 'That hour.'),
  column('left_hours', { list: 'text' }, 'Hours between them that are read from JSON, as YYYY-MM-DDTHH.'),
  column('closing_dt', 'text', 'Day of the hour after those that come next.'),
  column('closing_hour', 'integer', 'That hour.'),
  column('closed_at', 'text', 'From when on objects of those that come next are late, as in their names.'),
  column('closed_until', 'timestamp', 'Until when late objects wait, UTC.'),
];

/** The SQL of the view. */
export function compactedHoursSql({ from, to, left, closing }: CompactedHours): string {
  const { before, atMs, untilMs } = closing ?? { before: to, atMs: 0, untilMs: 0 };
  const values = {
    from_dt: text(dayOf(from)),
    from_hour: hourSql(from),
    to_dt: text(dayOf(to)),
    to_hour: hourSql(to),
    left_hours: `CAST(ARRAY[${left.map(textLiteral).join(', ')}] AS array(varchar))`,
    closing_dt: text(dayOf(before)),
    closing_hour: hourSql(before),
    closed_at: text(nameTime(atMs)),
    closed_until: `CAST('${formatUtc(untilMs)}' AS timestamp(3))`,
  };
  return `SELECT ${COMPACTED_HOURS_COLUMNS.map(({ name }) => `${values[name as keyof typeof values]} AS ${name}`).join(',\n       ')}`;
}

/** Whether the hour of a row is read from Parquet. Both conditions need `compacted_hours` joined. */
export const IS_COMPACTED = `(dt > from_dt OR dt = from_dt AND hour >= from_hour)
  AND (dt < to_dt OR dt = to_dt AND hour < to_hour)
  AND NOT contains(left_hours, concat(dt, 'T', lpad(CAST(hour AS varchar), 2, '0')))`;

/** Whether a row of JSON is shown. The first condition is on the partitions alone, so that no other hours are read. */
export const IS_SHOWN_FROM_JSON = `NOT (${IS_COMPACTED})
  AND NOT ((dt > to_dt OR dt = to_dt AND hour >= to_hour)
    AND (dt < closing_dt OR dt = closing_dt AND hour < closing_hour)
    AND CAST(current_timestamp AT TIME ZONE 'UTC' AS timestamp(3)) < closed_until
    AND coalesce(regexp_extract("$path", '${NAME_TIME_PATTERN}', 1), '') >= closed_at)`;

function text(value: string): string {
  return `CAST(${textLiteral(value)} AS varchar)`;
}

function hourSql(hour: ArchiveHour): string {
  return String(Number(hourOfDay(hour)));
}
