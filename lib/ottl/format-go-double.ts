/** Writes a double as Go's verbs `%f %e %g` do, and `%v`, which is `%g`. Undefined precision is the default of the verb. */
export function formatGoDouble(value: number, verb: string, precision: number | undefined): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : '+Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const text = `${sign}${unsigned(Math.abs(value), verb.toLowerCase(), precision)}`;
  return verb === 'E' || verb === 'G' ? text.toUpperCase() : text;
}

function unsigned(value: number, verb: string, precision: number | undefined): string {
  if (verb === 'f') return fixed(value, precision ?? 6);
  if (verb === 'e') return goExponent(scientific(value, precision ?? 6));
  return general(value, precision);
}

/** `toFixed` gives up at 1e21, from where doubles are whole numbers. */
function fixed(value: number, precision: number): string {
  if (value >= 1e21) return `${BigInt(value)}${precision === 0 ? '' : `.${'0'.repeat(precision)}`}`;
  return toEven(value.toFixed(precision), isTie(value.toFixed(100).slice(precision - 100)));
}

function scientific(value: number, precision: number): string {
  const [mantissa = '', power = '0'] = value.toExponential(precision).split('e');
  const [exact = ''] = value.toExponential(100).split('e');
  return `${toEven(mantissa, isTie(exact.slice(precision - 100)))}e${power}`;
}

/** Whether what is cut off is exactly a half. */
function isTie(cut: string): boolean {
  return /^5?0*$/.test(cut) && cut.startsWith('5');
}

/** JavaScript rounds a half up, Go to the even digit. */
function toEven(rounded: string, wasTie: boolean): string {
  const last = Number(rounded.at(-1));
  return wasTie && last % 2 === 1 ? `${rounded.slice(0, -1)}${last - 1}` : rounded;
}

/** As short as it can be, with an exponent when that is below -4, or not below the precision. */
function general(value: number, precision: number | undefined): string {
  const digits = precision === undefined ? undefined : Math.max(1, precision);
  const written = digits === undefined ? value.toExponential() : scientific(value, digits - 1);
  const [mantissa = '', power = '0'] = written.split('e');
  const exponent = Number(power);
  const significant = mantissa.replace('.', '').replace(/0+$/, '') || '0';
  const limit = digits === undefined ? SHORTEST_LIMIT : limitOf(digits, significant.length, exponent);
  if (exponent < -4 || exponent >= limit) {
    const [first = '0', ...rest] = significant;
    return goExponent(`${first}${rest.length === 0 ? '' : `.${rest.join('')}`}e${power}`);
  }
  return fixed(Number(written), Math.max(0, significant.length - 1 - exponent));
}

const SHORTEST_LIMIT = 6;

function limitOf(digits: number, significant: number, exponent: number): number {
  return digits > significant && significant >= exponent + 1 ? significant : digits;
}

/** Go writes at least two digits of the exponent. */
function goExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}
