import { type CalendarTime, calendarTime, type Time } from './time.ts';
import { type LayoutPart, MONTHS, WEEKDAYS } from './time-layout.ts';

/** Writes a time in a layout (Go's `Time.Format`). */
export function formatTime(layout: readonly LayoutPart[], time: Time): string {
  const calendar = calendarTime(time);
  return layout.map(({ text, isElement }) => (isElement ? formatElement(text, calendar, time.offset) : text)).join('');
}

/**
 * One element. Years are written with four digits, `03` and `3` are hours of a 12-hour clock, `_2` is padded with a
 * blank, and `MST` (the zone) is the offset, as Go writes times without a named zone.
 */
function formatElement(element: string, calendar: CalendarTime, offset: number): string {
  const { year, month, day, hour, minute, second, nanosecond, weekday } = calendar;
  switch (element) {
    case '2006':
      return `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}`;
    case '06':
      return two(Math.abs(year % 100));
    case '01':
      return two(month);
    case '1':
      return String(month);
    case 'Jan':
      return (MONTHS[month - 1] ?? '').slice(0, 3);
    case 'January':
      return MONTHS[month - 1] ?? '';
    case '02':
      return two(day);
    case '_2':
      return String(day).padStart(2, ' ');
    case '2':
      return String(day);
    case 'Mon':
      return (WEEKDAYS[weekday] ?? '').slice(0, 3);
    case 'Monday':
      return WEEKDAYS[weekday] ?? '';
    case '15':
      return two(hour);
    case '03':
      return two(hour % 12 || 12);
    case '3':
      return String(hour % 12 || 12);
    case 'PM':
      return hour < 12 ? 'AM' : 'PM';
    case 'pm':
      return hour < 12 ? 'am' : 'pm';
    case '04':
      return two(minute);
    case '05':
      return two(second);
    case 'MST':
      return offset === 0 ? 'UTC' : formatOffset('-0700', offset);
    default:
      return /^[.,]/.test(element) ? formatFraction(element, nanosecond) : formatOffset(element, offset);
  }
}

/** The fraction with its separator and without trailing zeros; '' for a fraction of zero (Go's elements `.999`). */
function formatFraction(element: string, nanosecond: number): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .slice(0, element.length - 1)
    .replace(/0+$/, '');
  return digits === '' ? '' : `${element.charAt(0)}${digits}`;
}

/** The offset with as many parts as the element has: `-07` hours, `-0700` and `-07:00` minutes, `-07:00:00` seconds. */
function formatOffset(element: string, offset: number): string {
  if (element.startsWith('Z') && offset === 0) return 'Z';
  const seconds = Math.abs(offset);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two);
  const count = (element.match(/\d\d/g) ?? []).length;
  return `${offset < 0 ? '-' : '+'}${parts.slice(0, count).join(element.includes(':') ? ':' : '')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
