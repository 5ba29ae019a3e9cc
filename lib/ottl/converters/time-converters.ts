import { formatTime } from '../go/format-time.ts';
import { parseGoNanos } from '../go/parse-numbers.ts';
import { parseTime } from '../go/parse-time.ts';
import { type CalendarTime, calendarTime, Duration, floorDivide, NANOS_PER_SECOND, Time } from '../go/time.ts';
import { layoutOf, splitLayout } from '../go/time-layout.ts';
import type { Getter } from '../runtime/context.ts';
import type { OttlValue } from '../runtime/value.ts';
import type { CallArguments } from './call-arguments.ts';
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
      if (location !== '' && location !== 'UTC') args.fail('Location', 'only UTC is supported');
      if (args.has('Locale')) args.fail('Locale', 'locales are not supported');
      refuseUnreadable(args, format);
      const shortYears = /%[Dx]/.test(format);
      return (context) => parseTime(layout, text(context), shortYears);
    },
  },
];

/**
 * Refuses formats for which the Collector asks its clock (a time without a year) or the zones of its machine (`%Z`), and
 * those without text between directives, which its parser reads in a way of its own.
 */
function refuseUnreadable(args: CallArguments, format: string): void {
  const directives: readonly string[] = format.match(/%./gs) ?? [];
  if (directives.includes('%Z')) args.fail('Format', 'names of time zones are not supported; use %z');
  if (!directives.some((directive) => '%Y %y %D %x %F %c'.includes(directive) && directive !== '%%')) {
    args.fail('Format', 'add a year (%Y): without one the result depends on the clock');
  }
  if (/%[^Yyn%t]%[^%ntzijkw]/.test(format) && !/^(?:%[YmdHMSzj]|[^%])*$/.test(format)) {
    args.fail('Format', 'put text between the directives');
  }
}

/** From 0001-01-01 to 1970-01-01. */
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

/** Rounds down to a multiple of the step since the zero time, the start of year 1 (Go's `Time.Truncate`). */
function truncate(time: Time, step: bigint): Time {
  if (step <= 0n) return time;
  const sinceYear1 = time.unixNanos + SECONDS_BEFORE_1970 * NANOS_PER_SECOND;
  return new Time(time.unixNanos - (((sinceYear1 % step) + step) % step), time.offset);
}

/** Adds whole units and fraction as Go's `Duration.Seconds` does, so that no digit is lost. */
function inUnits(nanos: bigint, unit: bigint): number {
  return Number(nanos / unit) + Number(nanos % unit) / Number(unit);
}

/** A converter of a duration. */
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

/** A converter of a time. */
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

/** A converter to a part of the date or of the time of day. */
function ofCalendar(name: string, part: keyof CalendarTime): ConverterDefinition {
  return ofTime(name, (time) => BigInt(calendarTime(time)[part]));
}
