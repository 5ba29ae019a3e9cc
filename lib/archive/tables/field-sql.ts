/**
 * Fields of OTLP/JSON as SQL that Trino and DuckDB read alike. Zero and empty are NULL, because protobuf does not distinguish
 * them from a missing field.
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

/** The largest `bigint`: in nanoseconds since the epoch, an April day of the year 2262. */
const MAX_BIGINT = '9223372036854775807';

/**
 * The nanoseconds of an end. One beyond a signed 64-bit integer, which OTLP allows, is the largest one instead of NULL: a
 * span with an end is finished (`lib/archive/unfinished.ts`), however wrong its clock.
 */
export function endNanosSql(digits: string): string {
  const beyond = `CASE WHEN TRY_CAST(${digits} AS decimal(20, 0)) > ${MAX_BIGINT} THEN ${MAX_BIGINT} END`;
  return `coalesce(${nanosSql(digits)}, ${beyond})`;
}

/** A text; NULL when it is missing or empty. */
export function textSql(text: string): string {
  return `nullif(${text}, '')`;
}
