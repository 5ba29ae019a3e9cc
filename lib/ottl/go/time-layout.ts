/**
 * Layouts of Go's package `time`, in which the reference time `Mon Jan 2 15:04:05 MST 2006` shows how each part is
 * written, and the Collector's directives (`%Y-%m-%d`, package `ctimefmt`), which are translated to layouts.
 */

/** One element of a layout, such as `2006`, or the literal text between two elements. */
export interface LayoutPart {
  readonly text: string;
  readonly isElement: boolean;
}

const ELEMENT =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|__2|_2(?!006)|[2-5]|PM|pm|[-Z]07(?:0000|:00:00|00|:00)?|[.,](?:0+|9+)(?!\d)/g;

/** Splits a layout into its elements and the text between them. */
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

/** The layout of each directive when a time is written. */
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

/** The directives whose layout differs when a time is read: leading zeros are then optional. */
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

/** Literal text that Go would take for an element of the layout. */
const WORD_OF_LAYOUT = /Jan|Mon|MST|PM|pm/;

/**
 * The Go layout of a format such as `%Y-%m-%dT%H:%M:%S.%L%z`. `%L %f %s` (fractions of a second) and `%i %j %k %w`
 * (offsets) have the Collector's own meaning.
 *
 * @param fail called with what is wrong with the format
 */
export function layoutOf(format: string, use: 'read' | 'write', fail: (message: string) => never): string {
  if (format === '') return fail('the format is empty');
  if (/\d/.test(format)) return fail('the format must not contain digits');
  if (/(?:^|[^.,])%[Lfs]/s.test(format)) return fail('a fraction of a second must follow . or ,');
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
