/** A parameter of a named query. */
export interface QueryParameter {
  readonly name: string;
  readonly type: 'text' | 'number' | 'integer' | 'duration' | 'attribute' | 'trace_id' | 'choice';
  /** The values that a `choice` may have. */
  readonly choices: readonly string[];
  /** Undefined: the caller must give one; null: any value, no condition. */
  readonly defaultValue: string | null | undefined;
  readonly meaning: string;
}

/** The option that sets a parameter: `--trace-id` for `trace_id`. */
export function optionOf(parameter: string): string {
  return `--${parameter.replaceAll('_', '-')}`;
}

/** A question to the archive, in Trino's SQL. */
export interface NamedQuery {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly QueryParameter[];
  /** With a `:name` for each value, and {@link WINDOWS} or {@link WINDOW_BEFORE} for the condition on the time. */
  readonly sql: string;
}

/** The placeholders of the condition on the time, each with the view that it is for. */
export const WINDOWS = { window: 'spans', traces_window: 'traces' } as const;

/**
 * The placeholder of the same condition, in the view `spans`, for a window to compare with: as long as that of the query, and
 * as far back as its parameter {@link BEFORE} says. A query that has it must have the parameter.
 */
export const WINDOW_BEFORE = 'window_before';
export const BEFORE = 'before';

/** Whether a query compares its window with one before it. */
export function hasWindowBefore({ sql }: Pick<NamedQuery, 'sql'>): boolean {
  return sql.includes(`:${WINDOW_BEFORE}`);
}

const PARAMETER =
  /^@param (?<name>[a-z_]+): (?<type>text|number|integer|duration|attribute|trace_id|(?<choices>\w+(?: \| \w+)+))(?: = (?<value>\S+))?; (?<meaning>.+)$/;

/**
 * Reads a file of the query library: comment lines with the title, an empty one, the description and the parameters; then
 * the statement.
 *
 * ```sql
 * -- Title
 * --
 * -- Description, over any number of lines.
 * -- @param service: text = any; service.name of the span
 * -- @param step: minute | hour | day = hour; length of an interval
 * SELECT …
 * ```
 *
 * @throws {SyntaxError} when the file is not of this form
 */
export function parseNamedQuery(name: string, file: string): NamedQuery {
  const lines = file.trimEnd().split('\n');
  const end = lines.findIndex((line) => !line.startsWith('--'));
  const [title = '', blank, ...rest] = lines.slice(0, end).map((line) => line.slice(2).trim());
  if (end < 3 || title === '' || blank !== '') {
    throw new SyntaxError(`${name}: expected "-- title", "--", description and parameters, and then the statement`);
  }
  const description = rest.filter((line) => !line.startsWith('@')).join(' ');
  const parameters = rest.filter((line) => line.startsWith('@')).map((line) => parseParameter(name, line));
  const sql = lines.slice(end).join('\n');
  const declared = new Set(parameters.map((parameter) => parameter.name));
  const placeholders = [...sql.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');
  const used = new Set(
    placeholders
      .filter((placeholder) => !(placeholder in WINDOWS))
      .map((placeholder) => (placeholder === WINDOW_BEFORE ? BEFORE : placeholder)),
  );
  const wrong = [...declared, ...used].filter((one) => !declared.has(one) || !used.has(one));
  if (!placeholders.some((placeholder) => placeholder in WINDOWS)) wrong.push(...Object.keys(WINDOWS));
  if (wrong.length > 0) throw new SyntaxError(`${name}: declared and used differ in ${wrong.join(', ')}`);
  return { name, title, description, parameters, sql };
}

/** The placeholder of a value in the SQL. */
export const PLACEHOLDER = /(?<![:\w]):([a-z_]+)/g;

function parseParameter(query: string, line: string): QueryParameter {
  const groups = PARAMETER.exec(line)?.groups;
  if (groups === undefined)
    throw new SyntaxError(`${query}: expected "@param name: type = default; meaning", got "${line}"`);
  const { name = '', type, choices, value, meaning = '' } = groups;
  return {
    name,
    type: choices === undefined ? (type as QueryParameter['type']) : 'choice',
    choices: choices?.split(' | ') ?? [],
    defaultValue: value === 'any' ? null : value,
    meaning,
  };
}
