/**
 * Fields of OTLP/JSON as SQL that Trino and DuckDB read alike. What OTLP takes for no value is NULL: in protobuf a zero and
 * a field that is not there are one and the same.
 */

const NO_ID = ['', '0'.repeat(16), '0'.repeat(32)].map((id) => `'${id}'`).join(', ');

/** An ID in lower-case hex; NULL when it is missing, empty or all zero. */
export function idSql(id: string): string {
  return `CASE WHEN ${id} NOT IN (${NO_ID}) THEN lower(${id}) END`;
}

/** Nanoseconds since the epoch from their digits; NULL when there are none, or 0, or more than 64 bits with a sign hold. */
export function nanosSql(digits: string): string {
  return `nullif(TRY_CAST(${digits} AS bigint), 0)`;
}

/** A text; NULL when it is missing or empty. */
export function textSql(text: string): string {
  return `nullif(${text}, '')`;
}
