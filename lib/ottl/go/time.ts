/**
 * Go's `time.Time` and `time.Duration`, and the Gregorian calendar. Written out, not with `Date`: OTTL's times have
 * nanoseconds and go beyond the years that `Date` can hold.
 */

export const NANOS_PER_SECOND = 1_000_000_000n;
const SECONDS_PER_DAY = 86_400n;

/** `time.Duration`, in nanoseconds, which wrap at 64 bits. */
export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = BigInt.asIntN(64, nanos);
  }
}

/** `time.Time`. The offset changes only how the time is written, not which moment it is. */
export class Time {
  /** Nanoseconds since 1970-01-01 UTC. */
  readonly unixNanos: bigint;
  /** Seconds east of UTC. */
  readonly offset: number;

  constructor(unixNanos: bigint, offset = 0) {
    this.unixNanos = unixNanos;
    this.offset = offset;
  }
}

/** A time in the Gregorian calendar. */
export interface CalendarTime {
  readonly year: number;
  /** 1 is January. */
  readonly month: number;
  /** 1 is the first of the month. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

/** Date and time of day at the time's offset. */
export function calendarTime({ unixNanos, offset }: Time): CalendarTime {
  const secondsInUtc = floorDivide(unixNanos, NANOS_PER_SECOND);
  const seconds = secondsInUtc + BigInt(offset);
  const days = Number(floorDivide(seconds, SECONDS_PER_DAY));
  const secondOfDay = Number(seconds - BigInt(days) * SECONDS_PER_DAY);
  return {
    ...civilDate(days),
    hour: Math.floor(secondOfDay / 3600),
    minute: Math.floor(secondOfDay / 60) % 60,
    second: secondOfDay % 60,
    nanosecond: Number(unixNanos - secondsInUtc * NANOS_PER_SECOND),
    weekday: (((days + 4) % 7) + 7) % 7,
  };
}

/** Nanoseconds since 1970 of a date and time of day in UTC; undefined when the month does not have the day. */
export function unixNanosOf(date: Omit<CalendarTime, 'weekday'>): bigint | undefined {
  const { year, month, day, hour, minute, second, nanosecond } = date;
  const yearFromMarch = month <= 2 ? year - 1 : year;
  const era = Math.floor(yearFromMarch / 400);
  const yearOfEra = yearFromMarch - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const days = era * 146_097 + dayOfEra - 719_468;
  if (civilDate(days).day !== day) return undefined;
  const seconds = BigInt(days) * SECONDS_PER_DAY + BigInt(hour * 3600 + minute * 60 + second);
  return seconds * NANOS_PER_SECOND + BigInt(nanosecond);
}

/** The time in Go's layout `RFC3339Nano`: `2024-05-01T10:00:00.25+02:00`, without trailing zeros of the fraction. */
export function formatRfc3339(time: Time): string {
  const { year, month, day, hour, minute, second, nanosecond } = calendarTime(time);
  const fraction = String(nanosecond).padStart(9, '0').replace(/0+$/, '');
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return `${date}T${two(hour)}:${two(minute)}:${two(second)}${fraction === '' ? '' : `.${fraction}`}${formatOffset(time.offset)}`;
}

/** `Z` or `+02:00`. */
function formatOffset(offset: number): string {
  if (offset === 0) return 'Z';
  const minutes = Math.floor(Math.abs(offset) / 60);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/**
 * The date `days` days after 1970-01-01. Years are counted from March in eras of 400 years, so that the leap day is the
 * last day of a year (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
 */
function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** The quotient rounded down, also for negative numbers. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
