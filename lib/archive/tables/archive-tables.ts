import {
  type Column,
  PART_COLUMNS,
  partitionColumns,
  RAW_COLUMNS,
  spansColumns,
  TABLE_COLUMNS,
  tracesColumns,
} from './columns.ts';
import {
  COMPACTED_HOURS_COLUMNS,
  COMPACTED_HOURS_VIEW,
  type CompactedHours,
  compactedHoursSql,
  NOTHING_COMPACTED,
} from './compacted-hours.ts';
import { type ArchivePartitions, folder, partitionProjection } from './partition-projection.ts';
import { PRESTO_VIEW_PARAMETERS, type PrestoViewDocument, prestoViewDocument } from './presto-view.ts';
import { spansViewSql, tracesViewSql } from './spans-view.ts';

/** The reader of JSON lines that the table names. Both give the same rows for what the archive writes. */
export type JsonSerde = 'hive' | 'openx';

const JSON_SERDES: Readonly<
  Record<JsonSerde, { readonly library: string; readonly parameters: Readonly<Record<string, string>> }>
> = {
  // The default, because AWS calls the results of OpenX potentially non-deterministic. A line that is not JSON fails the query.
  hive: { library: 'org.apache.hive.hcatalog.data.JsonSerDe', parameters: {} },
  // For archives with foreign lines: a line that is not JSON becomes a row of NULLs, which the view `traces` leaves out.
  openx: { library: 'org.openx.data.jsonserde.JsonSerDe', parameters: { 'ignore.malformed.json': 'true' } },
};

/** Reads a line as it is. JSON never contains the separator, because it escapes control characters. */
const RAW_LINE_SERDE = {
  library: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
  parameters: { 'field.delim': '\u0001' },
};

export interface GlueColumn {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

export interface GlueStorage {
  readonly location: string;
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly serde: { readonly library: string; readonly parameters: Readonly<Record<string, string>> };
}

interface GlueTableBase {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly columns: readonly GlueColumn[];
  /** Never absent: Athena fails on a view without the empty list. */
  readonly partitionKeys: readonly GlueColumn[];
}

/** A table over the objects of the archive. */
export interface GlueExternalTable extends GlueTableBase {
  readonly tableType: 'EXTERNAL_TABLE';
  readonly storage: GlueStorage;
}

/**
 * A view. Glue wants `prestoViewText(base64)` as its original text, of the document as JSON in base64, and
 * `PRESTO_VIEW_EXPANDED_TEXT` as the other.
 */
export interface GlueView extends GlueTableBase {
  readonly tableType: 'VIRTUAL_VIEW';
  readonly view: PrestoViewDocument;
}

/** What a Glue catalogue stores for a table or view. */
export type GlueTableDefinition = GlueExternalTable | GlueView;

export interface ArchiveTablesOptions extends ArchivePartitions {
  readonly databaseName: string;
  /** Default: `hive`. */
  readonly serde?: JsonSerde;
  /**
   * URL of the folder that holds the partitions of Parquet parts, such as `s3://bucket/spans`. Default: the views read JSON
   * alone.
   */
  readonly partsLocation?: string;
}

/**
 * The tables and views of an archive in a Glue database, each after those that it needs: `traces_otlp`, `traces_raw`,
 * `traces`, `spans`; with parts, before the views, `spans_parquet` and `compacted_hours`. Strings are only concatenated, so that they may be tokens
 * that a deployment fills in later.
 *
 * @throws {RangeError} when `retentionDays` is not a whole number of days.
 */
export function archiveTables(options: ArchiveTablesOptions): readonly GlueTableDefinition[] {
  const { tenants, serde = 'hive', partsLocation } = options;
  const compaction = partsLocation !== undefined;
  return [
    jsonTable(options, {
      name: 'traces_otlp',
      description: 'Kept traces: a line each, or more for large traces and late spans, with the spans as OTLP.',
      columns: TABLE_COLUMNS,
      serde: JSON_SERDES[serde],
    }),
    jsonTable(options, {
      name: 'traces_raw',
      description: 'Kept traces: the lines of the archive as they are stored.',
      columns: RAW_COLUMNS,
      serde: RAW_LINE_SERDE,
    }),
    ...(compaction
      ? [partsTable({ ...options, location: partsLocation }), compactedHoursView(options, NOTHING_COMPACTED)]
      : []),
    view(options, {
      name: 'traces',
      description: 'Kept traces: one row per trace.',
      columns: tracesColumns(tenants),
      sql: tracesViewSql(tenants, compaction),
    }),
    view(options, {
      name: 'spans',
      description: 'Kept traces: one row per span.',
      columns: spansColumns(tenants),
      sql: spansViewSql(tenants, compaction),
    }),
  ];
}

/** The view that says which hours the others read from Parquet. Each run of the compaction replaces it. */
export function compactedHoursView(
  database: Pick<ArchiveTablesOptions, 'databaseName'>,
  hours: CompactedHours,
): GlueView {
  return view(database, {
    name: COMPACTED_HOURS_VIEW,
    description: 'Which hours traces and spans are read from Parquet in; the compaction keeps it.',
    columns: COMPACTED_HOURS_COLUMNS,
    sql: compactedHoursSql(hours),
  });
}

interface TableDescription {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
}

function jsonTable(
  partitions: ArchivePartitions,
  table: TableDescription & Pick<GlueStorage, 'serde'>,
): GlueExternalTable {
  return externalTable(partitions, table, 'json', {
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    serde: table.serde,
  });
}

function partsTable(partitions: ArchivePartitions): GlueExternalTable {
  const table = {
    name: 'spans_parquet',
    description: 'Copies of compacted hours, which the views traces and spans read instead of the lines.',
    columns: PART_COLUMNS,
  };
  return externalTable(partitions, table, 'parquet', {
    inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    serde: { library: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe', parameters: {} },
  });
}

function externalTable(
  partitions: ArchivePartitions,
  table: TableDescription,
  classification: string,
  storage: Omit<GlueStorage, 'location'>,
): GlueExternalTable {
  return {
    name: table.name,
    description: table.description,
    tableType: 'EXTERNAL_TABLE',
    parameters: { EXTERNAL: 'TRUE', classification, ...partitionProjection(partitions) },
    columns: table.columns.map(glueColumn),
    partitionKeys: partitionColumns(partitions.tenants).map(glueColumn),
    storage: { location: folder(partitions), ...storage },
  };
}

function view(
  { databaseName }: Pick<ArchiveTablesOptions, 'databaseName'>,
  view: TableDescription & { readonly sql: string },
): GlueView {
  return {
    name: view.name,
    description: view.description,
    tableType: 'VIRTUAL_VIEW',
    parameters: PRESTO_VIEW_PARAMETERS,
    columns: view.columns.map(glueColumn),
    partitionKeys: [],
    view: prestoViewDocument(view.sql, databaseName, view.columns),
  };
}

function glueColumn({ name, glueType, meaning }: Column): GlueColumn {
  return { name, type: glueType, comment: meaning };
}
