import { parseArgs } from 'node:util';
import { QueryError } from './query-error.ts';

export const QUERY_USAGE = `Usage: npm run query -- "SELECT …" [--data <folder>] [--json]

Runs one SQL statement (DuckDB's dialect) over the kept traces of the local archive.
Without a statement it lists the views, their columns and some examples.

  --data <folder>  data folder of the local run (default: .tailgate)
  --json           one JSON object per line, for programs
  --help           this text
`;

export interface QueryArguments {
  /** Undefined: list the views. */
  readonly sql: string | undefined;
  readonly dataDir: string;
  readonly json: boolean;
  readonly help: boolean;
}

/** @throws {QueryError} on an unknown flag, a flag without its value, or a second statement. */
export function parseQueryArguments(argv: readonly string[]): QueryArguments {
  const { values, positionals } = parse(argv);
  if (positionals.length > 1) {
    throw new QueryError(`expected one statement, got ${positionals.length}: put the SQL in double quotes`);
  }
  return {
    sql: positionals[0],
    dataDir: values.data ?? '.tailgate',
    json: values.json ?? false,
    help: values.help ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { data: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    if (error instanceof TypeError) {
      throw new QueryError(`${error.message}\n\n${QUERY_USAGE}`, { cause: error });
    }
    throw error;
  }
}
