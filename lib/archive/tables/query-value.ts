import { MS_PER_DAY, MS_PER_HOUR } from '../hours.ts';
import { parseTraceId, TRACE_ID_FORMS } from '../trace-id.ts';
import type { QueryParameter } from './named-query.ts';

/** A value as an SQL literal of its type, or what was expected. No other code turns a value into SQL. */
export function toLiteral(parameter: QueryParameter, value: string | null): { sql: string } | { problem: string } {
  const { type, choices } = parameter;
  if (value === null) return { sql: `CAST(NULL AS ${NULL_TYPES[type] ?? 'varchar'})` };
  switch (type) {
    case 'text':
      return value.includes('\0') ? { problem: 'a text without NUL characters' } : { sql: textLiteral(value) };
    case 'number':
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(value)
        ? { sql: `${value}e0` }
        : { problem: 'a number such as 250 or 0.5' };
    case 'integer':
      return /^\d{1,9}$/.test(value) ? { sql: value } : { problem: 'a whole number, 0 or more' };
    case 'duration': {
      const ms = parseDuration(value);
      return ms === undefined ? { problem: DURATION_FORMS } : { sql: `${ms}e0` };
    }
    case 'attribute':
      return /^[^=\0]+=[^\0]*$/.test(value)
        ? { sql: textLiteral(value) }
        : { problem: 'an attribute as key=value, such as order.id=abc123' };
    case 'choice': {
      const choice = choices.find((one) => one.toLowerCase() === value.toLowerCase());
      return choice === undefined ? { problem: `one of ${choices.join(', ')}` } : { sql: textLiteral(choice) };
    }
    case 'trace_id': {
      const id = parseTraceId(value);
      return id === undefined ? { problem: TRACE_ID_FORMS } : { sql: textLiteral(id) };
    }
  }
}

const NULL_TYPES: Partial<Record<QueryParameter['type'], string>> = {
  number: 'double',
  duration: 'double',
  integer: 'bigint',
};

const DURATION_FORMS = 'a duration such as 250ms, 1.5s, 2m, 1h or 7d';
const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: MS_PER_HOUR,
  d: MS_PER_DAY,
};

/** A duration as a person writes it, in milliseconds, as a decimal number; undefined when the text is not a duration. */
export function parseDuration(text: string): string | undefined {
  const [, count, unit = ''] = /^(\d{1,9}(?:\.\d{1,6})?)(us|ms|s|m|h|d)$/.exec(text) ?? [];
  if (count === undefined) return undefined;
  // Not String(), which writes small numbers with an exponent.
  return (Number(count) * (UNIT_MS[unit] ?? 0)).toFixed(9).replace(/\.?0+$/, '');
}

/** A text as an SQL literal. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
