import { parseArgs } from 'node:util';
import { withEqualsSigns } from '../with-equals-signs.ts';
import { QueryError } from './duckdb/database.ts';

export const QUERY_USAGE = `Usage: npm run query -- "SELECT …" [--data <folder>] [--json]
       npm run query -- <query> [--<parameter> <value> …]
       npm run query -- <query> … --stack <name>
       npm run query -- "SELECT …" --stack <name>
       npm run query -- --list

Runs one SQL statement, or a query of the library, over the kept traces: of the local archive (DuckDB's dialect), or with
--stack of a deployed one (Athena, Trino's dialect). Without a statement it lists the views, their columns and examples.

  --name <query>   a query of the library, as <query> says it too; its parameters are options
  --list           the queries of the library and their parameters
  --data <folder>  data folder of the local run (default: .tailgate)
  --stack <name>   asks Athena about the traces of this stack; Ctrl-C cancels the query
  --prices <file>  prices of another region for what it cost, as for npm run cost
  --json           one JSON object per line, for programs
  --help           this text

Exit code 0 with an answer, 1 without one, 130 when it was interrupted.
`;

export interface QueryArguments {
  /** The statement, if one is given. */
  readonly sql: string | undefined;
  /** A query of the library. */
  readonly name: string | undefined;
  /** Its parameters by name, as they were given. */
  readonly values: Readonly<Record<string, string>>;
  readonly list: boolean;
  readonly dataDir: string;
  /** The deployed stack that is asked instead of the local archive. */
  readonly stack: string | undefined;
  readonly pricesFile: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

const OPTIONS = {
  data: { type: 'string' },
  stack: { type: 'string' },
  prices: { type: 'string' },
  name: { type: 'string' },
  list: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws {QueryError} on an unknown flag, a flag without its value, or a second statement. */
export function parseQueryArguments(given: readonly string[]): QueryArguments {
  const argv = withName(given);
  // Which further options there are depends on the query: the first look only finds its name.
  const { values: first } = parseArgs({ args: [...argv], options: OPTIONS, strict: false, allowPositionals: true });
  const name = typeof first.name === 'string' ? first.name : undefined;
  const parameters = name === undefined ? [] : parameterOptions(argv);
  if (name === undefined && argv.some((argument) => /^--tenant(=|$)/.test(argument))) {
    throw new QueryError("--tenant goes with --name: a statement of your own says it, WHERE tenant = '…'");
  }
  const { values, positionals } = parse(argv, parameters);
  if (positionals.length > (name === undefined ? 1 : 0)) {
    const what = name === undefined ? 'one statement' : 'a query by its name, and no statement';
    throw new QueryError(`expected ${what}, got ${positionals.length}: put the SQL in double quotes`);
  }
  if (values.stack !== undefined && values.data !== undefined) {
    throw new QueryError('expected --stack or --data: a deployed archive, or a local one');
  }
  if (values.prices !== undefined && values.stack === undefined) {
    throw new QueryError('--prices goes with --stack: the local archive costs nothing');
  }
  return {
    sql: positionals[0],
    name,
    values: Object.fromEntries(
      parameters.map((option) => [option.replaceAll('-', '_'), String((values as Record<string, unknown>)[option])]),
    ),
    list: values.list ?? false,
    dataDir: values.data ?? '.tailgate',
    stack: values.stack,
    pricesFile: values.prices,
    json: values.json ?? false,
    help: values.help ?? false,
  };
}

/** A name of a query: one word with hyphens, which no statement is. */
const QUERY_NAME = /^[a-z]+(?:-[a-z]+)*$/;

/** `waterfall --trace-id …` as `--name=waterfall --trace-id …`: the name stands before the parameters of its query. */
function withName(argv: readonly string[]): readonly string[] {
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (QUERY_NAME.test(argument)) return argv.with(at, `--name=${argument}`);
    const option = /^--(\w+)$/.exec(argument)?.[1] ?? '';
    if (!(option in OPTIONS) || option === 'name') return argv;
    if (OPTIONS[option as keyof typeof OPTIONS].type === 'string') at++;
  }
  return argv;
}

/** The options of a named query: whatever is not one of the tool's. What the query does not know it refuses itself. */
function parameterOptions(argv: readonly string[]): string[] {
  const names = argv.flatMap((argument) => /^--([a-z][a-z-]*)/.exec(argument)?.[1] ?? []);
  const parameters = names.filter((option) => !(option in OPTIONS));
  const twice = parameters.find((option, index) => parameters.indexOf(option) < index);
  if (twice !== undefined) throw new QueryError(`--${twice} is given twice: a query takes one value for it`);
  return parameters;
}

function parse(argv: readonly string[], parameters: readonly string[]) {
  try {
    const more = Object.fromEntries(parameters.map((option) => [option, { type: 'string' as const }]));
    return parseArgs({
      args: withEqualsSigns(argv, parameters),
      allowPositionals: true,
      options: { ...more, ...OPTIONS },
    });
  } catch (error) {
    if (error instanceof TypeError) {
      throw new QueryError(`${error.message}\n\n${QUERY_USAGE}`, { cause: error });
    }
    throw error;
  }
}
