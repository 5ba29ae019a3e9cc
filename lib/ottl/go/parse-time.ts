import { OttlEvaluationError } from '../errors.ts';
import { NANOS_PER_SECOND, Time, unixNanosOf } from './time.ts';
import { type LayoutPart, MONTHS, WEEKDAYS } from './time-layout.ts';

/** The parts of a time as far as they have been read; what the layout does not have keeps its first value. */
interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  /** The half of the day, for hours of a 12-hour clock. */
  half: 'am' | 'pm' | undefined;
  /** Seconds east of UTC. */
  offset: number;
}

/**
 * Reads a time in a layout, as the Collector does (a copy of Go's `time.Parse` that skips white space before numbers).
 * A time without an offset is UTC.
 *
 * @param shortYears whether two digits may stand for the element `2006`
 * @throws {OttlEvaluationError} when the text does not match the layout
 */
export function parseTime(layout: readonly LayoutPart[], text: string, shortYears: boolean): Time {
  const fields: Fields = {
    year: 0,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    half: undefined,
    offset: 0,
  };
  let rest = text;
  for (const [i, part] of layout.entries()) {
    if (!part.isElement) {
      rest = skipText(part.text, rest);
      continue;
    }
    rest = readElement(part.text, rest, fields, shortYears) ?? refuse();
    const next = layout.slice(i + 1).find(({ isElement }) => isElement);
    if (part.text === '5' && !/^[.,]/.test(next?.text ?? '')) rest = readFraction(rest, fields);
  }
  return rest === '' ? timeOf(fields) : refuse();
}

/** The time of the fields. Years before 1 and days that the month does not have are refused. */
function timeOf({ half, offset, ...fields }: Fields): Time {
  const hour =
    half === 'pm' && fields.hour < 12 ? fields.hour + 12 : half === 'am' && fields.hour === 12 ? 0 : fields.hour;
  const nanos = fields.year < 1 ? undefined : unixNanosOf({ ...fields, hour });
  return nanos === undefined ? refuse() : new Time(nanos - BigInt(offset) * NANOS_PER_SECOND, offset);
}

/** Steps over literal text. A space in the layout matches any number of spaces, and none at the end of the value. */
function skipText(text: string, value: string): string {
  let rest = value;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === ' ') {
      if (rest !== '' && !rest.startsWith(' ')) refuse();
      while (text[at + 1] === ' ') at++;
      rest = rest.replace(/^ +/, '');
    } else {
      if (rest.charAt(0) !== text.charAt(at)) refuse();
      rest = rest.slice(1);
    }
  }
  return rest;
}

/** Reads one element into `fields` and returns the rest of the value; undefined when the element is not there. */
function readElement(element: string, value: string, fields: Fields, shortYears: boolean): string | undefined {
  if (/^[.,]/.test(element)) return readFraction(value, fields);
  if (element === '_2') return readNumber(value.replace(/^ /, ''), fields, 'day', 1, 31);
  const text = /^[\dZ]/.test(element) ? value.replace(/^\s+/, '') : value;
  switch (element) {
    case '2006':
      return readYear(/^\d{4}/, 0, text, fields) ?? (shortYears ? readYear(/^\d\d/, 69, text, fields) : undefined);
    case '06':
      return readYear(/^\d\d/, 69, text, fields);
    case 'Jan':
    case 'January':
      return readName(MONTHS, element.length, text, (month) => {
        fields.month = month + 1;
      });
    case 'Mon':
    case 'Monday':
      return readName(WEEKDAYS, element.length, text, () => {});
    case '1':
      return readNumber(text, fields, 'month', 1, 12);
    case '2':
      return readNumber(text, fields, 'day', 1, 31);
    case '15':
      return readNumber(text, fields, 'hour', 0, 23);
    case '3':
      return readNumber(text, fields, 'hour', 0, 12);
    case '4':
      return readNumber(text, fields, 'minute', 0, 59);
    case '5':
      return readNumber(text, fields, 'second', 0, 59);
    case 'PM':
    case 'pm': {
      const half = text.slice(0, 2);
      if (!(element === 'PM' ? ['AM', 'PM'] : ['am', 'pm']).includes(half)) return undefined;
      fields.half = half.toLowerCase() === 'pm' ? 'pm' : 'am';
      return text.slice(2);
    }
    default:
      return readOffset(element, text, fields);
  }
}

/** Reads a year. Of two digits, those from `firstOfLastCentury` on are in the last century, the others in this one. */
function readYear(pattern: RegExp, firstOfLastCentury: number, text: string, fields: Fields): string | undefined {
  const digits = pattern.exec(text)?.[0];
  if (digits === undefined) return undefined;
  const year = Number(digits);
  fields.year = firstOfLastCentury === 0 ? year : year + (year >= firstOfLastCentury ? 1900 : 2000);
  return text.slice(digits.length);
}

/** Reads a name of a month or weekday: three letters, or the whole name. */
function readName(
  names: readonly string[],
  elementLength: number,
  text: string,
  found: (index: number) => void,
): string | undefined {
  const wanted = names.map((name) => (elementLength === 3 ? name.slice(0, 3) : name).toLowerCase());
  const index = wanted.findIndex((name) => text.toLowerCase().startsWith(name));
  if (index < 0) return undefined;
  found(index);
  return text.slice(wanted[index]?.length ?? 0);
}

/** Reads one or two digits. */
function readNumber(
  text: string,
  fields: Fields,
  name: 'month' | 'day' | 'hour' | 'minute' | 'second',
  least: number,
  most: number,
): string | undefined {
  const digits = /^\d\d?/.exec(text)?.[0];
  const value = Number(digits);
  if (digits === undefined || value < least || value > most) return undefined;
  fields[name] = value;
  return text.slice(digits.length);
}

/** Reads a fraction such as `.5` if there is one; digits below a nanosecond are dropped. */
function readFraction(value: string, fields: Fields): string {
  const digits = /^[.,](\d+)/.exec(value)?.[1];
  if (digits === undefined) return value;
  fields.nanosecond = Number(digits.slice(0, 9).padEnd(9, '0'));
  return value.slice(1 + digits.length);
}

/** The patterns of the elements for an offset. */
const OFFSETS: ReadonlyMap<string, RegExp> = new Map([
  ['Z0700', /^(?:Z|([+-])(\d\d)(?:(\d\d)|:(\d\d))?)/],
  ['-070000', /^([+-])(\d\d)(\d\d)()(\d\d)/],
  ['-07', /^([+-])(\d\d)/],
  ['-07:00', /^([+-])(\d\d):(\d\d)/],
  ['-07:00:00', /^([+-])(\d\d):(\d\d)()(?::(\d\d))/],
]);

/** Reads an offset from UTC. `Z0700` (`%z`) accepts `Z`, `+02`, `+0200` and `+02:00`. */
function readOffset(element: string, text: string, fields: Fields): string | undefined {
  const match = OFFSETS.get(element)?.exec(text);
  if (match === null || match === undefined) return undefined;
  const [whole, sign, hours = '0', minutes, minutesBehindColon = '0', seconds = '0'] = match;
  const [hour, minute, second] = [Number(hours), Number(minutes ?? minutesBehindColon), Number(seconds)];
  if (hour > 24 || minute > 60 || second > 60) return undefined;
  fields.offset = (sign === '-' ? -1 : 1) * (hour * 3600 + minute * 60 + second);
  return text.slice(whole.length);
}

/** Created once: a condition may fail on every span of a trace, and capturing a stack trace takes microseconds. */
const FAILURE = new OttlEvaluationError('Time: the string is not a time in this format');

function refuse(): never {
  throw FAILURE;
}
