/** A number on the command line, and what it may be. */
export interface NumberOption {
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

/** `10`, `2.5`, `1e6`; not hexadecimal, no signs, no spaces. @returns the number, or what is expected instead */
export function readNumber(text: string, { min, max, isWhole }: NumberOption): number | string {
  const number = Number(text);
  const isNumber = /^\d+(\.\d+)?(e\d+)?$/i.test(text);
  if (isNumber && number >= min && number <= max && (!isWhole || Number.isInteger(number))) return number;
  return `expected a ${isWhole ? 'whole ' : ''}number from ${min.toLocaleString('en')} to ${max.toLocaleString('en')}`;
}
