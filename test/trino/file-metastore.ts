import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GlueColumn, GlueTableDefinition } from '../../lib/archive/tables/archive-tables.ts';
import { PRESTO_VIEW_EXPANDED_TEXT, prestoViewText } from '../../lib/archive/tables/presto-view.ts';

const WRITER = { writerVersion: '476' };

/**
 * Writes definitions, as they are deployed to Glue, into Trino's file metastore. So what Trino reads is what Athena will
 * read, the base64 documents of the views included, and not something that was made for the test.
 */
export function writeDefinitions(metastoreDir: string, database: string, tables: readonly GlueTableDefinition[]): void {
  mkdirSync(metastoreDir, { recursive: true });
  writeJson(join(metastoreDir, `.${database}.trinoSchema`), { ...WRITER, parameters: {} });
  for (const table of tables) {
    const folder = join(metastoreDir, database, table.name);
    mkdirSync(folder, { recursive: true });
    writeJson(join(folder, '.trinoSchema'), tableMetadata(table));
  }
}

function tableMetadata(table: GlueTableDefinition): object {
  const common = {
    ...WRITER,
    owner: 'tailgate',
    tableType: table.tableType,
    dataColumns: table.columns.map(metastoreColumn),
    partitionColumns: table.partitionKeys.map(metastoreColumn),
    parameters: table.parameters,
    columnStatistics: {},
  };
  if (table.tableType === 'VIRTUAL_VIEW') {
    const base64 = Buffer.from(JSON.stringify(table.view)).toString('base64');
    return {
      ...common,
      originalStorageFormat: {},
      serdeParameters: {},
      viewOriginalText: prestoViewText(base64),
      viewExpandedText: PRESTO_VIEW_EXPANDED_TEXT,
    };
  }
  const { location, inputFormat, outputFormat, serde } = table.storage;
  return {
    ...common,
    originalStorageFormat: { serde: serde.library, inputFormat, outputFormat },
    serdeParameters: serde.parameters,
    externalLocation: location,
  };
}

function metastoreColumn({ name, type, comment }: GlueColumn): object {
  return { name, type, comment, properties: {} };
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, JSON.stringify(value));
}
