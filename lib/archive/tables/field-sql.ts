/**
 * Fields of OTLP/JSON as SQL that Trino and DuckDB read alike. What OTLP takes for no value is NULL: protobuf does not tell
 * a zero from a missing field.
 */

const NO_ID = ['', '0'.repeat(16), '0'.repeat(32)].map((id) => `'${id}'`).join(', ');

/** An ID in lower-case hex; NULL when it is missing, empty or all zero. */
export function idSql(id: string): string {
  return `CASE WHEN ${id} NOT IN (${NO_ID}) THEN lower(${id}) END`;
}

/** Nanoseconds since the epoch from their digits; NULL when they are missing, 0, or beyond a signed 64-bit integer. */
export function nanosSql(digits: string): string {
  return `nullif(TRY_CAST(${digits} AS bigint), 0)`;
}

/** A text; NULL when it is missing or empty. */
export function textSql(text: string): string {
  return `nullif(${text}, '')`;
}
