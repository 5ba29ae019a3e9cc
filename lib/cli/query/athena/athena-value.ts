import { visible } from '../cell-text.ts';
import type { PlainValue } from '../duckdb/values.ts';
import type { ResultColumn } from '../query-result.ts';

/** What Athena says of a value: always a text, or nothing for NULL. */
export type AthenaValue = string | undefined;

const INTEGERS: ReadonlySet<string> = new Set(['tinyint', 'smallint', 'integer', 'int', 'bigint']);
const FRACTIONS: ReadonlySet<string> = new Set(['float', 'real', 'double', 'decimal']);

/** A column of an answer. @param type as Athena names it, without parameters: `bigint`, `timestamp with time zone` */
export function athenaColumn(name: string, type: string): ResultColumn<AthenaValue> {
  return {
    name,
    isNumeric: INTEGERS.has(type) || FRACTIONS.has(type),
    isDouble: FRACTIONS.has(type) && type !== 'decimal',
    toText: (value) => (value === undefined ? 'NULL' : visible(value)),
    toPlain: (value) => (value === undefined ? null : plainValue(type, value)),
  };
}

/** As the local archive's are written. Lists, maps and rows stay the text that Athena makes of them, which cannot be read back. */
function plainValue(type: string, text: string): PlainValue {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (INTEGERS.has(type)) return Number.isSafeInteger(Number(text)) ? Number(text) : text;
  if (FRACTIONS.has(type)) return Number.isFinite(Number(text)) ? Number(text) : text;
  if (type === 'timestamp' || type === 'timestamp with time zone') return isoTime(text);
  return text;
}

/** `2026-09-15 07:12:33.123`, in UTC as all times of the archive are, as `2026-09-15T07:12:33.123Z`; another zone stays. */
function isoTime(text: string): string {
  return text.replace(/^(\S+) ([\d:.]+)(?: (?:UTC|Z|\+00:00))?$/, '$1T$2Z');
}
