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
  /** `FormatTime(Unix(0), "%Y-%m-%dT%H:%M:%S%j") == "1970-01-01T00:00:00+00:00"` */
  {
    name: 'FormatTime',
    parameters: ['Time', 'Format'],
    create(args) {
      const time = args.time('Time');
      const layout = splitLayout(layoutOf(args.literalText('Format') ?? '', 'write', (m) => args.fail('Format', m)));
      return (context) => formatTime(layout, time(context));
    },
  },
  /** `UnixSeconds(Time("1970-01-02", "%Y-%m-%d")) == 86400`. A text without an offset is UTC. */
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
 * Refuses formats for which the Collector asks its clock (a time without a year) or the zones of its machine (`%Z`),
 * and those without text between directives, which its parser reads in a way of its own.
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
  /** `Seconds(Duration("1m30s")) == 90`. The text is one of `time.ParseDuration`. */
  {
    name: 'Duration',
    parameters: ['Duration'],
    create(args) {
      const getText = args.text('Duration');
      // In a condition the text is nearly always a literal.
      let last: { text: string; duration: Duration } | undefined;
      return (context) => {
        const text = getText(context);
        if (last?.text !== text) last = { text, duration: new Duration(parseGoNanos(text)) };
        return last.duration;
      };
    },
  },
  /** `UnixSeconds(Unix(1700000000)) == 1700000000` */
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
  /** `UnixSeconds(TruncateTime(Unix(90), Duration("1m"))) == 60` */
  {
    name: 'TruncateTime',
    parameters: ['Time', 'Duration'],
    create(args) {
      const time = args.time('Time');
      const nanos = args.nanos('Duration');
      return (context) => truncate(time(context), nanos(context));
    },
  },
  /** `Nanoseconds(Duration("1us")) == 1000`. An int, as `Microseconds` and `Milliseconds`. */
  ofDuration('Nanoseconds', (nanos) => nanos),
  /** `Microseconds(Duration("1ms")) == 1000` */
  ofDuration('Microseconds', (nanos) => nanos / 1000n),
  /** `Milliseconds(Duration("1s")) == 1000` */
  ofDuration('Milliseconds', (nanos) => nanos / 1_000_000n),
  /** `Seconds(Duration("1500ms")) == 1.5`. A double, as `Minutes` and `Hours`. */
  ofDuration('Seconds', (nanos) => inUnits(nanos, NANOS_PER_SECOND)),
  /** `Minutes(Duration("90s")) == 1.5` */
  ofDuration('Minutes', (nanos) => inUnits(nanos, 60n * NANOS_PER_SECOND)),
  /** `Hours(Duration("90m")) == 1.5` */
  ofDuration('Hours', (nanos) => inUnits(nanos, 3600n * NANOS_PER_SECOND)),
  /** `UnixNano(Unix(1, 5)) == 1000000005` */
  ofTime('UnixNano', ({ unixNanos }) => BigInt.asIntN(64, unixNanos)),
  /** `UnixMicro(Unix(1)) == 1000000`. Rounds down, as `UnixMilli` and `UnixSeconds`. */
  ofTime('UnixMicro', ({ unixNanos }) => floorDivide(unixNanos, 1000n)),
  /** `UnixMilli(Unix(1)) == 1000` */
  ofTime('UnixMilli', ({ unixNanos }) => floorDivide(unixNanos, 1_000_000n)),
  /** `UnixSeconds(Unix(1, 999)) == 1` */
  ofTime('UnixSeconds', ({ unixNanos }) => floorDivide(unixNanos, NANOS_PER_SECOND)),
  /** `Year(Unix(0)) == 1970`. The parts of a time are those at its offset from UTC. */
  ofCalendar('Year', 'year'),
  /** `Month(Unix(0)) == 1` */
  ofCalendar('Month', 'month'),
  /** `Day(Unix(0)) == 1` */
  ofCalendar('Day', 'day'),
  /** `Hour(Unix(3600)) == 1` */
  ofCalendar('Hour', 'hour'),
  /** `Minute(Unix(60)) == 1` */
  ofCalendar('Minute', 'minute'),
  /** `Second(Unix(61)) == 1` */
  ofCalendar('Second', 'second'),
  /** `Nanosecond(Unix(0, 7)) == 7` */
  ofCalendar('Nanosecond', 'nanosecond'),
  /** `Weekday(Unix(0)) == 4`. 0 is Sunday. */
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
