import type { GlueColumn, GlueExternalTable } from '../../lib/archive/tables/archive-tables.ts';

/** The statement that makes a table in Athena by hand, with the same effect as its definition in Glue. */
export function hiveDdl(table: GlueExternalTable): string {
  const { location, inputFormat, outputFormat, serde } = table.storage;
  const parameters = Object.entries(table.parameters).filter(([name]) => name !== 'EXTERNAL');
  return `CREATE EXTERNAL TABLE ${table.name} (
${table.columns.map(columnLine).join(',\n')}
)
COMMENT ${text(table.description)}
PARTITIONED BY (
${table.partitionKeys.map(columnLine).join(',\n')}
)
ROW FORMAT SERDE ${text(serde.library)}${serdeProperties(serde.parameters)}
STORED AS INPUTFORMAT ${text(inputFormat)} OUTPUTFORMAT ${text(outputFormat)}
LOCATION ${text(location)}
TBLPROPERTIES (
${properties(parameters)}
)`;
}

/** Names of fields are quoted, because OTLP has one that is a reserved word, `values`. */
function columnLine({ name, type, comment }: GlueColumn): string {
  const quoted = type.replaceAll(/(?<=[<,])(\w+):/g, '`$1`:');
  return `  \`${name}\` ${quoted} COMMENT ${text(comment)}`;
}

function serdeProperties(parameters: Readonly<Record<string, string>>): string {
  const entries = Object.entries(parameters);
  return entries.length === 0 ? '' : `\nWITH SERDEPROPERTIES (\n${properties(entries)}\n)`;
}

function properties(entries: readonly (readonly [string, string])[]): string {
  return entries.map(([name, value]) => `  ${text(name)} = ${text(value)}`).join(',\n');
}

/** A literal. Hive reads a backslash as the start of an escape. */
function text(value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\u0001', '\\001');
  return `'${escaped}'`;
}
