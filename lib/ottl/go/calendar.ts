import type { Time } from '../runtime/value.ts';

const NANOS_PER_SECOND = 1_000_000_000n;
const SECONDS_PER_DAY = 86_400n;

/** A time in the Gregorian calendar, at its offset from UTC. */
export interface CalendarTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

export function calendarTime({ unixNanos, offset }: Time): CalendarTime {
  const secondsInUtc = floorDivide(unixNanos, NANOS_PER_SECOND);
  const seconds = secondsInUtc + BigInt(offset);
  const days = Number(floorDivide(seconds, SECONDS_PER_DAY));
  const ofDay = Number(seconds - BigInt(days) * SECONDS_PER_DAY);
  return {
    ...civilDate(days),
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
    nanosecond: Number(unixNanos - secondsInUtc * NANOS_PER_SECOND),
    weekday: (((days + 4) % 7) + 7) % 7,
  };
}

/** With as many digits of the second as are needed (Go's `RFC3339Nano`). */
export function formatRfc3339(time: Time): string {
  const { year, month, day, hour, minute, second, nanosecond } = calendarTime(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const fraction = String(nanosecond).padStart(9, '0').replace(/0+$/, '');
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return `${date}T${two(hour)}:${two(minute)}:${two(second)}${fraction === '' ? '' : `.${fraction}`}${formatOffset(time.offset)}`;
}

/** `Z`, or `+02:00`. */
function formatOffset(offset: number): string {
  if (offset === 0) return 'Z';
  const minutes = Math.floor(Math.abs(offset) / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Nanoseconds since 1970 of a date and time of day in UTC; undefined when the month has no such day. */
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

/** The date so many days after 1970-01-01. Years are counted from March, so that the leap day is the last of a year. */
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

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
