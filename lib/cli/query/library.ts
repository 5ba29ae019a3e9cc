import { type NamedQuery, optionOf, parseNamedQuery, type QueryParameter } from '../../archive/tables/named-query.ts';
import { readQueryFiles } from '../../aws/filesystem/query-files.ts';
import { didYouMean } from '../../text/nearest-name.ts';
import { QueryError } from './query-error.ts';

/** The queries that have a name, in its order. */
export function queryLibrary(): readonly NamedQuery[] {
  return readQueryFiles().map(({ name, text }) => parseNamedQuery(name, text));
}

/** @throws {QueryError} when there is none of this name. */
export function findQuery(name: string): NamedQuery {
  const library = queryLibrary();
  const found = library.find((query) => query.name === name);
  if (found !== undefined) return found;
  const names = library.map((query) => query.name);
  throw new QueryError(`there is no query "${name}"${didYouMean(name, names)}\nqueries: ${names.join(', ')}`);
}

/** The library for a reader: what each query answers, and its parameters. */
export function libraryReference(bold: (text: string) => string): string {
  const entries = queryLibrary().map((query) => {
    const parameters = query.parameters.map(
      (parameter) => `  ${optionOf(parameter.name).padEnd(24)}${describe(parameter)}`,
    );
    return [`${bold(query.name)}: ${query.title}`, `  ${query.description}`, ...parameters, ''].join('\n');
  });
  return `${entries.join('\n')}
Every query takes --from (default -24h) and --to (default now): a trace is in the window when it began in it. One that
arrived more than 24 hours from its start is filed under its arrival, and in the windows of that hour (UTC).
`;
}

/** A type in the words of a person. */
export function typeText(type: Exclude<QueryParameter['type'], 'choice'>): string {
  return { duration: 'like 250ms, 1.5s, 2m', attribute: 'key=value', trace_id: 'trace id' }[type as string] ?? type;
}

function describe({ type, choices, defaultValue, meaning }: NamedQuery['parameters'][number]): string {
  const kind = type === 'choice' ? choices.join(' | ') : typeText(type);
  const fallback = defaultValue === undefined ? 'required' : `default ${defaultValue ?? 'any'}`;
  return `${meaning} (${kind}, ${fallback})`;
}
