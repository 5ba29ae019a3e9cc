import type { Column } from '../../archive/tables/column.ts';
import { spansColumns, tracesColumns, tracesRawColumns } from '../../archive/tables/columns.ts';
import { EXAMPLE_QUERIES } from './example-queries.ts';

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

const MORE_ON_TRINO = 'The queries of the library are written for Athena: npm run query -- --list\n';

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
