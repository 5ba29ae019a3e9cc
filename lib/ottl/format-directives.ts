/** A piece of a format string that writes a value, such as `%-8.2f`. */
export interface FormatDirective {
  readonly verb: string;
  readonly plus: boolean;
  readonly minus: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  /** In characters; 0 is any. */
  readonly width: number;
  readonly precision: number | undefined;
}

const DIRECTIVE = /%([-+ 0]*)(\d{0,3})(\.\d{0,2})?(.)?/gsu;
const VERBS = 'vsdtfFeEgGxXob';
const DOUBLE_VERBS = 'vfFeEgG';

export function isDoubleVerb(verb: string): boolean {
  return DOUBLE_VERBS.includes(verb);
}

/**
 * The texts and directives of a format string of Go's `fmt` package; `%%` is a text. `fail` is told of what is not
 * supported here: the flag #, arguments by number, widths given by arguments, and rare verbs.
 */
export function readFormat(format: string, fail: (message: string) => never): readonly (string | FormatDirective)[] {
  const parts: (string | FormatDirective)[] = [];
  let end = 0;
  for (const match of format.matchAll(DIRECTIVE)) {
    const [whole, flags = '', width, precision, verb = ''] = match;
    parts.push(format.slice(end, match.index));
    end = match.index + whole.length;
    if (verb === '%') {
      parts.push('%');
      continue;
    }
    const isHexOfText = (verb === 'x' || verb === 'X') && /[ +]/.test(flags);
    if (verb === '' || !VERBS.includes(verb) || isHexOfText || (flags.includes('+') && verb === 'v')) {
      return fail(`"${whole}" is not supported, verbs are %${[...VERBS].join(' %')}, and flags are - + 0 and a space`);
    }
    parts.push({
      verb,
      plus: flags.includes('+'),
      minus: flags.includes('-'),
      space: flags.includes(' '),
      zero: flags.includes('0') && !flags.includes('-'),
      width: Number(width),
      precision: precision === undefined ? undefined : Number(precision.slice(1)),
    });
  }
  parts.push(format.slice(end));
  return parts;
}
