import type { CallArguments } from '../compiler/call-arguments.ts';
import { type CalendarTime, calendarTime } from '../go/calendar.ts';
import { formatTime, layoutOf, splitLayout } from '../go/format-time.ts';
import { parseGoNanos } from '../go/parse-numbers.ts';
import { parseTime } from '../go/time.ts';
import { Duration, type Getter, type OttlValue, Time } from '../runtime/value.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters between times and strings. */
export const FORMAT_TIME_CONVERTERS: readonly ConverterDefinition[] = [
  {
    name: 'FormatTime',
    parameters: ['Time', 'Format'],
    create(args) {
      const time = args.time('Time');
      const layout = splitLayout(layoutOf(args.literalText('Format') ?? '', 'write', (m) => args.fail('Format', m)));
      return (context) => formatTime(layout, time(context));
    },
  },
  {
    name: 'Time',
    parameters: ['Time', 'Format'],
    optional: ['Location', 'Locale'],
    create(args) {
      const text = args.text('Time');
      const format = args.literalText('Format') ?? '';
      const layout = splitLayout(layoutOf(format, 'read', (message) => args.fail('Format', message)));
      const location = args.literalText('Location') ?? '';
      if (location !== '' && location !== 'UTC') args.fail('Location', 'the only location here is UTC');
      if (args.has('Locale')) args.fail('Locale', 'there are no locales here');
      refuseUnreadable(args, format);
      const shortYears = /%[Dx]/.test(format);
      return (context) => parseTime(layout, text(context), shortYears);
    },
  },
];

/** Where the Collector would ask its clock for the year, or its machine for the zone. */
function refuseUnreadable(args: CallArguments, format: string): void {
  const directives: readonly string[] = format.match(/%./gs) ?? [];
  if (directives.includes('%Z')) args.fail('Format', 'names of time zones cannot be read; use %z');
  if (!directives.some((directive) => '%Y %y %D %x %F %c'.includes(directive) && directive !== '%%')) {
    args.fail('Format', 'a time without a year depends on when it is read');
  }
  if (/%[^Yyn%t]%[^%ntzijkw]/.test(format) && !/^(?:%[YmdHMSzj]|[^%])*$/.test(format)) {
    args.fail('Format', 'put something between the directives');
  }
}

const NANOS_PER_SECOND = 1_000_000_000n;
const SECONDS_BEFORE_1970 = 62_135_596_800n;

/** Converters on times and durations. */
export const TIME_CONVERTERS: readonly ConverterDefinition[] = [
  {
    name: 'Duration',
    parameters: ['Duration'],
    create(args) {
      const getText = args.text('Duration');
      let last: { text: string; duration: Duration } | undefined;
      return (context) => {
        const text = getText(context);
        if (last?.text !== text) last = { text, duration: new Duration(parseGoNanos(text)) };
        return last.duration;
      };
    },
  },
  {
    name: 'Unix',
    parameters: ['Seconds'],
    optional: ['Nanoseconds'],
    create(args) {
      const seconds = args.int('Seconds');
      const nanos: Getter<bigint> = args.has('Nanoseconds') ? args.int('Nanoseconds') : () => 0n;
      return (context) => new Time(seconds(context) * NANOS_PER_SECOND + nanos(context));
    },
  },
  {
    name: 'TruncateTime',
    parameters: ['Time', 'Duration'],
    create(args) {
      const time = args.time('Time');
      const nanos = args.nanos('Duration');
      return (context) => truncate(time(context), nanos(context));
    },
  },
  ofDuration('Nanoseconds', (nanos) => nanos),
  ofDuration('Microseconds', (nanos) => nanos / 1000n),
  ofDuration('Milliseconds', (nanos) => nanos / 1_000_000n),
  ofDuration('Seconds', (nanos) => inUnits(nanos, NANOS_PER_SECOND)),
  ofDuration('Minutes', (nanos) => inUnits(nanos, 60n * NANOS_PER_SECOND)),
  ofDuration('Hours', (nanos) => inUnits(nanos, 3600n * NANOS_PER_SECOND)),
  ofTime('UnixNano', ({ unixNanos }) => BigInt.asIntN(64, unixNanos)),
  ofTime('UnixMicro', ({ unixNanos }) => floorDivide(unixNanos, 1000n)),
  ofTime('UnixMilli', ({ unixNanos }) => floorDivide(unixNanos, 1_000_000n)),
  ofTime('UnixSeconds', ({ unixNanos }) => floorDivide(unixNanos, NANOS_PER_SECOND)),
  ofCalendar('Year', 'year'),
  ofCalendar('Month', 'month'),
  ofCalendar('Day', 'day'),
  ofCalendar('Hour', 'hour'),
  ofCalendar('Minute', 'minute'),
  ofCalendar('Second', 'second'),
  ofCalendar('Nanosecond', 'nanosecond'),
  ofCalendar('Weekday', 'weekday'),
];

/** Down to a multiple of the step since the start of year 1. */
function truncate(time: Time, step: bigint): Time {
  if (step <= 0n) return time;
  const sinceYear1 = time.unixNanos + SECONDS_BEFORE_1970 * NANOS_PER_SECOND;
  return new Time(time.unixNanos - (((sinceYear1 % step) + step) % step), time.offset);
}

/** Whole units and their fraction apart, as Go does, so that no digit is lost. */
function inUnits(nanos: bigint, unit: bigint): number {
  return Number(nanos / unit) + Number(nanos % unit) / Number(unit);
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

function ofDuration(name: string, convert: (nanos: bigint) => OttlValue): ConverterDefinition {
  return {
    name,
    parameters: ['Duration'],
    create(args) {
      const nanos = args.nanos('Duration');
      return (context) => convert(nanos(context));
    },
  };
}

function ofTime(name: string, convert: (time: Time) => OttlValue): ConverterDefinition {
  return {
    name,
    parameters: ['Time'],
    create(args) {
      const time = args.time('Time');
      return (context) => convert(time(context));
    },
  };
}

function ofCalendar(name: string, part: keyof CalendarTime): ConverterDefinition {
  return ofTime(name, (time) => BigInt(calendarTime(time)[part]));
}
