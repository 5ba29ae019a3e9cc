const MS_PER_DAY = 86_400_000;

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
