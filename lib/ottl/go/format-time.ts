import type { Time } from '../runtime/value.ts';
import { type CalendarTime, calendarTime } from './calendar.ts';

/** An element of a layout of Go's `time` package, or the text between two. */
export interface LayoutPart {
  readonly text: string;
  readonly isElement: boolean;
}

const ELEMENT =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|__2|_2(?!006)|[2-5]|PM|pm|[-Z]07(?:0000|:00:00|00|:00)?|[.,](?:0+|9+)(?!\d)/g;

export function splitLayout(layout: string): readonly LayoutPart[] {
  const parts: LayoutPart[] = [];
  let end = 0;
  for (const { 0: text, index } of layout.matchAll(ELEMENT)) {
    if (index > end) parts.push({ text: layout.slice(end, index), isElement: false });
    parts.push({ text, isElement: true });
    end = index + text.length;
  }
  if (end < layout.length) parts.push({ text: layout.slice(end), isElement: false });
  return parts;
}

/** What the directives of the Collector's `FormatTime` stand for. */
const WRITTEN: ReadonlyMap<string, string> = new Map([
  ['Y', '2006'],
  ['y', '06'],
  ['m', '01'],
  ['o', '_1'],
  ['q', '1'],
  ['b', 'Jan'],
  ['h', 'Jan'],
  ['B', 'January'],
  ['d', '02'],
  ['e', '_2'],
  ['g', '2'],
  ['a', 'Mon'],
  ['A', 'Monday'],
  ['H', '15'],
  ['l', '3'],
  ['I', '03'],
  ['p', 'PM'],
  ['P', 'pm'],
  ['M', '04'],
  ['S', '05'],
  ['L', '999'],
  ['f', '999999'],
  ['s', '999999999'],
  ['Z', 'MST'],
  ['z', 'Z0700'],
  ['w', '-070000'],
  ['i', '-07'],
  ['j', '-07:00'],
  ['k', '-07:00:00'],
  ['D', '01/02/2006'],
  ['x', '01/02/2006'],
  ['F', '2006-01-02'],
  ['T', '15:04:05'],
  ['X', '15:04:05'],
  ['r', '03:04:05 pm'],
  ['R', '15:04'],
  ['n', '\n'],
  ['t', '\t'],
  ['%', '%'],
  ['c', 'Mon Jan 02 15:04:05 2006'],
]);

/** Where reading is less strict than writing: zeros in front may be missing. */
const READ: ReadonlyMap<string, string> = new Map([
  ['m', '1'],
  ['o', '1'],
  ['d', '2'],
  ['e', '2'],
  ['I', '3'],
  ['M', '4'],
  ['S', '5'],
  ['D', '1/2/2006'],
  ['x', '1/2/2006'],
  ['F', '2006-1-2'],
  ['T', '15:4:5'],
  ['X', '15:4:5'],
  ['r', '3:4:5 pm'],
  ['R', '15:4'],
  ['c', 'Mon Jan 2 15:4:5 2006'],
]);

const WORD_OF_LAYOUT = /Jan|Mon|MST|PM|pm/;

/**
 * The Go layout of a format such as `%Y-%m-%dT%H:%M:%S.%L%z`, with the Collector's own meaning of `%L %f %s` (fractions)
 * and `%i %j %k %w` (offsets). `fail` is told what is wrong with it.
 */
export function layoutOf(format: string, use: 'read' | 'write', fail: (message: string) => never): string {
  if (format === '') return fail('the format is empty');
  if (/\d/.test(format)) return fail('the format must not contain digits');
  if (/(?:^|[^.,])%[Lfs]/s.test(format)) return fail('a fraction of a second must stand behind . or ,');
  const texts = format.replaceAll(/%./gs, '\n');
  if (WORD_OF_LAYOUT.test(texts)) return fail('the format must not contain Jan, Mon, MST, PM or pm');
  return format.replaceAll(/%(.)/gs, (directive, letter: string) => {
    const layout = (use === 'read' ? READ.get(letter) : undefined) ?? WRITTEN.get(letter);
    return layout ?? fail(`unknown directive ${directive}, allowed: %${[...WRITTEN.keys()].join(' %')}`);
  });
}

export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export const WEEKDAYS: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];

/** Writes a time in a layout of Go's `time` package. */
export function formatTime(layout: readonly LayoutPart[], time: Time): string {
  const calendar = calendarTime(time);
  return layout.map(({ text, isElement }) => (isElement ? formatElement(text, calendar, time.offset) : text)).join('');
}

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

/** Without zeros at the end, and without anything when there are only zeros. */
function formatFraction(element: string, nanosecond: number): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .slice(0, element.length - 1)
    .replace(/0+$/, '');
  return digits === '' ? '' : `${element.charAt(0)}${digits}`;
}

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
