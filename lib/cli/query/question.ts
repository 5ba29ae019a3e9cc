/** What `tailgate query` was asked for, as it was given. */
export interface QueryInput {
  /** A statement, or the name of a query of the library. */
  readonly question: string | undefined;
  /** A query of the library. */
  readonly name: string | undefined;
  /** Parameters of the query by name, as options are spelled: `trace-id`. */
  readonly others: Readonly<Record<string, string>>;
  readonly list: boolean;
  /** Data folder of the local run, when there is no stack. */
  readonly data: string;
  /** The deployed stack that is asked instead of the local archive. */
  readonly stack: string | undefined;
  /** File with prices; undefined: list prices. */
  readonly prices: string | undefined;
  readonly json: boolean;
}

type Incomplete<Whole> = { readonly [Name in keyof Whole]?: Whole[Name] | undefined };

/** Either a statement or a query of the library, with its values. */
export interface Question {
  readonly sql: string | undefined;
  readonly name: string | undefined;
  /** Parameters by name, as queries spell them: `trace_id`. */
  readonly values: Readonly<Record<string, string>>;
  readonly json: boolean;
}

/** One word with hyphens, which no statement is. */
const QUERY_NAME = /^[a-z]+(?:-[a-z]+)*$/;

/** `waterfall` is a name as `--name waterfall` is; anything else is a statement. */
export function nameAndSql({ question, name }: { question?: string | undefined; name?: string | undefined }) {
  if (name !== undefined || question === undefined) return { name, sql: undefined };
  return QUERY_NAME.test(question) ? { name: question, sql: undefined } : { name: undefined, sql: question };
}

export function questionOf(input: Incomplete<QueryInput>): Question {
  const values = Object.entries(input.others ?? {}).map(([option, value]) => [option.replaceAll('-', '_'), value]);
  return { ...nameAndSql(input), values: Object.fromEntries(values), json: input.json ?? false };
}
