import { QueryError } from '../query-error.ts';

/** What a query begins with: in Trino's grammar everything that writes begins with another word. */
const READS: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE', 'SHOW', 'DESCRIBE', 'DESC']);

/** Comments as Trino reads them, of which a carriage return ends one too; texts and quoted names, which may hold anything. */
const TOKENS = /--[^\r\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;

/** `EXPLAIN ANALYZE` runs what it explains. */
const EXPLAIN = /^EXPLAIN\b\s*(?:ANALYZE\b\s*)?(?:VERBOSE\b\s*)?(?:\(\s*(?:TYPE|FORMAT)\b[^)]*\)\s*)?/i;

/**
 * Refuses what is not exactly one statement that only reads. Whoever may query the archive may also be allowed to drop its
 * tables, so this is not left to the rights of the user.
 * @throws {QueryError}
 */
export function checkReadOnly(sql: string): void {
  const bare = sql.replaceAll(TOKENS, (token) => (/^['"]/.test(token) ? 'x' : ' ')).trim();
  const statements = bare.split(';').filter((part) => part.trim() !== '');
  if (statements.length !== 1) {
    throw new QueryError(`expected one SQL statement, got ${statements.length === 0 ? 'none' : statements.length}`);
  }
  const first = /^[(\s]*(\w*)/.exec(withoutExplain(bare))?.[1] ?? '';
  if (!READS.has(first.toUpperCase())) {
    throw new QueryError(
      `this tool only reads: expected SELECT, WITH, VALUES, SHOW, DESCRIBE or EXPLAIN, as Athena has them, got "${first}"`,
    );
  }
}

function withoutExplain(sql: string): string {
  const rest = sql.replace(EXPLAIN, '');
  return rest === sql ? sql : withoutExplain(rest);
}
