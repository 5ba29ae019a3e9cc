import type { ScalarTag } from 'yaml';

/**
 * Whole numbers that the Collector's YAML reader takes and YAML 1.2 does not: with underscores (`100_000`, as the
 * README of its processor has it), binary, and octal with a leading 0. What YAML 1.2 has stays with its own rules.
 */
export const goIntegerTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?(?:0b_*[01][01_]*|0x_*[\da-fA-F][\da-fA-F_]*|0o?_*[0-7][0-7_]*|[1-9]\d*_[\d_]*)$/,
  resolve(text) {
    const digits = text.replace(/[-+_]/g, '');
    const magnitude = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return text.startsWith('-') ? -magnitude : magnitude;
  },
};
