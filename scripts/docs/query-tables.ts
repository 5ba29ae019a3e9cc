import { type NamedQuery, optionOf, type QueryParameter } from '../../lib/archive/tables/named-query.ts';
import { queryLibrary, typeText } from '../../lib/cli/query/library.ts';
import { markdownTable } from './generated-blocks.ts';

/** The generated blocks of docs/queries.md, by name. */
export function queryTables(): ReadonlyMap<string, string> {
  return new Map([['queries', queryLibrary().map(section).join('\n')]]);
}

function section({ name, title, description, parameters }: NamedQuery): string {
  const table = markdownTable(
    ['parameter', 'type', 'default', 'meaning'],
    parameters.map((parameter) => [`\`${optionOf(parameter.name)}\``, ...cells(parameter)]),
  );
  return `### \`${name}\`\n\n${title}. ${description}\n\n${table}\n`;
}

function cells({ type, choices, defaultValue, meaning }: QueryParameter): string[] {
  const kind = type === 'choice' ? choices.map((choice) => `\`${choice}\``).join(', ') : typeText(type);
  const fallback = defaultValue === undefined ? 'required' : defaultValue === null ? 'any' : `\`${defaultValue}\``;
  return [kind, fallback, meaning];
}
