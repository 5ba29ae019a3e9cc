import { type Column, spansColumns, tracesColumns, tracesRawColumns } from '../../archive/tables/columns.ts';
import { type NamedQuery, optionOf, parseNamedQuery, type QueryParameter } from '../../archive/tables/named-query.ts';
import { type QueryContext, QueryParameterError, renderQuery } from '../../archive/tables/render-query.ts';
import { readQueryFiles } from '../../aws/filesystem/query-files.ts';
import { UsageError } from '../../terminal/errors.ts';
import { didYouMean } from '../../text/nearest-name.ts';
import { questionOf } from './question.ts';

export interface ExampleQuery {
  readonly title: string;
  readonly sql: string;
}

/** Each works as it stands, on any archive. */
export const EXAMPLE_QUERIES: readonly ExampleQuery[] = [
  {
    title: 'Kept traces by service, and how many requests they stand for',
    sql: 'SELECT root_service, count(*) AS kept, sum(sample_weight) AS requests FROM traces GROUP BY 1 ORDER BY 2 DESC',
  },
  {
    title: 'Why traces were kept',
    sql: 'SELECT sampling_policy, count(*) AS traces, sum(span_count) AS spans FROM traces GROUP BY 1 ORDER BY 2 DESC',
  },
  {
    title: 'The slowest traces',
    sql: 'SELECT trace_id, root_service, root_name, duration_ms, status FROM traces ORDER BY duration_ms DESC LIMIT 10',
  },
  {
    title: 'Errors by exception',
    sql: `SELECT service, event.attributes['exception.type'] AS exception, count(*) AS spans, max(trace_id) AS example
FROM (SELECT service, trace_id, unnest(events) AS event FROM spans WHERE status = 'ERROR')
WHERE event.name = 'exception' GROUP BY ALL ORDER BY spans DESC`,
  },
  {
    title: 'Spans of the slowest trace, in order',
    sql: `SELECT service, name, kind, start_time, duration_ms, status FROM spans
WHERE trace_id = (SELECT trace_id FROM traces ORDER BY duration_ms DESC LIMIT 1) ORDER BY start_ns`,
  },
  {
    title: 'Spans with a certain attribute',
    sql: "SELECT trace_id, service, name, duration_ms FROM spans WHERE attributes['server.address'] IS NOT NULL LIMIT 20",
  },
];

interface View {
  readonly name: string;
  readonly meaning: string;
  readonly columns: readonly Column[];
}

const VIEWS: readonly View[] = [
  { name: 'traces', meaning: 'one row per kept trace', columns: tracesColumns(false) },
  { name: 'spans', meaning: 'one row per span of a kept trace', columns: spansColumns(false) },
  { name: 'traces_raw', meaning: 'one row per line of the archive, as it is stored', columns: tracesRawColumns(false) },
];

/** In whose words types are named and examples are written. */
export type Dialect = 'duckdb' | 'trino';

const MORE_ON_TRINO = 'The queries of the library are written for Athena: tailgate query --list\n';

/** What can be queried: the views with their columns, and example queries. `width` is that of the terminal, if it is one. */
export function viewReference(dialect: Dialect, width: number | undefined, bold: (text: string) => string): string {
  const views = VIEWS.flatMap((view) => [
    `${bold(view.name)}: ${view.meaning}`,
    ...view.columns.map((column) => columnLine(column, dialect, width)),
    '',
  ]);
  if (dialect === 'trino') return [...views, MORE_ON_TRINO].join('\n');
  const examples = EXAMPLE_QUERIES.flatMap(({ title, sql }) => [`-- ${title}`, `${sql};`, '']);
  return [...views, bold('Examples'), ...examples].join('\n');
}

const NAME_WIDTH = 20;
const TYPE_WIDTH = 22;

function columnLine(column: Column, dialect: Dialect, width: number | undefined): string {
  const type =
    dialect === 'trino'
      ? column.trinoType.replace(/row\(.*\)(?=\))/, 'row')
      : column.duckDbType.replace(/^STRUCT\(.*\)/, 'STRUCT');
  const indent = 2 + NAME_WIDTH + TYPE_WIDTH;
  const meaning = wrapWords(column.meaning, width === undefined ? undefined : Math.max(20, width - indent));
  return `  ${column.name.padEnd(NAME_WIDTH)}${type.padEnd(TYPE_WIDTH)}${meaning.join(`\n${' '.repeat(indent)}`)}`;
}

function wrapWords(text: string, width: number | undefined): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (width !== undefined && line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** The queries that have a name, in its order. */
export function queryLibrary(): readonly NamedQuery[] {
  return readQueryFiles().map(({ name, text }) => parseNamedQuery(name, text));
}

/**
 * The statement of a query of the library with values in it, in Trino's SQL.
 *
 * @throws {UsageError} when there is no such query, or with everything that is wrong with the values
 */
export function namedStatement(name: string, values: Readonly<Record<string, string>>, context: QueryContext): string {
  try {
    return renderQuery(findQuery(name), values, context);
  } catch (error) {
    if (!(error instanceof QueryParameterError)) throw error;
    throw new UsageError(error.message.split('\n'), { cause: error });
  }
}

/** What is wrong with the name and the values of a query of the library, as far as that does not depend on a stack. */
export function namedProblems(input: Parameters<typeof questionOf>[0]): readonly string[] {
  const { name, values } = questionOf(input);
  if (name === undefined || input.stack !== undefined)
    return name === undefined ? [] : problemsOf(() => findQuery(name));
  return problemsOf(() => namedStatement(name, values, { nowMs: Date.now() }));
}

function problemsOf(call: () => unknown): readonly string[] {
  try {
    call();
    return [];
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
}

/** @throws {UsageError} when there is none of this name */
export function findQuery(name: string): NamedQuery {
  const library = queryLibrary();
  const found = library.find((query) => query.name === name);
  if (found !== undefined) return found;
  const names = library.map((query) => query.name);
  throw new UsageError([`there is no query "${name}"${didYouMean(name, names)}\nqueries: ${names.join(', ')}`]);
}

const PARAMETER_WIDTH = 26;

/** The library for a reader: what each query answers, and its parameters. `width` is that of the terminal, if it is one. */
export function libraryReference(width: number | undefined, bold: (text: string) => string): string {
  const wrapped = (text: string, indent: number) =>
    wrapWords(text, width === undefined ? undefined : Math.max(20, width - indent)).join(`\n${' '.repeat(indent)}`);
  const entries = queryLibrary().map((query) => {
    const parameters = query.parameters.map(
      (parameter) =>
        `  ${optionOf(parameter.name).padEnd(PARAMETER_WIDTH - 2)}${wrapped(describe(parameter), PARAMETER_WIDTH)}`,
    );
    const title = `${bold(query.name)}: ${query.title}`;
    return [title, `  ${wrapped(query.description, 2)}`, ...parameters, ''].join('\n');
  });
  return `${entries.join('\n')}\n${wrapped(OF_EVERY_QUERY, 0)}\n`;
}

const OF_EVERY_QUERY =
  'Every query takes --from (default -24h) and --to (default now): a trace is in the window when it began in it. One that ' +
  'arrived more than 24 hours from its start is filed under its arrival, and in the windows of that hour (UTC).';

/** A type in the words of a person. */
export function typeText(type: Exclude<QueryParameter['type'], 'choice'>): string {
  return { duration: 'like 250ms, 1.5s, 2m', attribute: 'key=value', trace_id: 'trace id' }[type as string] ?? type;
}

function describe({ type, choices, defaultValue, meaning }: NamedQuery['parameters'][number]): string {
  const kind = type === 'choice' ? choices.join(' | ') : typeText(type);
  const fallback = defaultValue === undefined ? 'required' : `default ${defaultValue ?? 'any'}`;
  return `${meaning} (${kind}, ${fallback})`;
}
