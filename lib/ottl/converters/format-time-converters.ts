import type { CallArguments } from '../compiler/call-arguments.ts';
import { formatTime } from '../go/format-time.ts';
import { parseTime } from '../go/time.ts';
import { layoutOf, splitLayout } from '../go-layout.ts';
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
