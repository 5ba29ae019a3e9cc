import { describe, expect, it } from 'vitest';
import { archiveTables, type GlueExternalTable, type GlueView } from '../../../lib/archive/tables/archive-tables.ts';
import { hiveDdl } from '../../support/hive-ddl.ts';

const OPTIONS = { databaseName: 'tailgate', location: 's3://bucket/traces/', tenants: false, retentionDays: 30 };

function external(name: string, options: Partial<typeof OPTIONS> & { serde?: 'hive' | 'openx' } = {}) {
  const table = archiveTables({ ...OPTIONS, ...options }).find((definition) => definition.name === name);
  if (table?.tableType !== 'EXTERNAL_TABLE') throw new Error(`${name} is no table`);
  return table satisfies GlueExternalTable;
}

function view(name: string, options: Partial<typeof OPTIONS> = {}) {
  const table = archiveTables({ ...OPTIONS, ...options }).find((definition) => definition.name === name);
  if (table?.tableType !== 'VIRTUAL_VIEW') throw new Error(`${name} is no view`);
  return table satisfies GlueView;
}

describe('archiveTables', () => {
  it('lists the tables before the views that read them', () => {
    expect(archiveTables(OPTIONS).map(({ name, tableType }) => [name, tableType])).toEqual([
      ['traces_otlp', 'EXTERNAL_TABLE'],
      ['traces_raw', 'EXTERNAL_TABLE'],
      ['traces', 'VIRTUAL_VIEW'],
      ['spans', 'VIRTUAL_VIEW'],
    ]);
  });

  it('computes the partitions, from two days before the oldest object to tomorrow', () => {
    for (const table of [external('traces_otlp'), external('traces_raw')]) {
      expect(table.partitionKeys.map(({ name, type }) => [name, type])).toEqual([
        ['dt', 'string'],
        ['hour', 'int'],
      ]);
      expect(table.parameters).toEqual({
        EXTERNAL: 'TRUE',
        classification: 'json',
        'projection.enabled': 'true',
        'projection.dt.type': 'date',
        'projection.dt.format': 'yyyy-MM-dd',
        'projection.dt.range': 'NOW-32DAYS,NOW+1DAYS',
        'projection.dt.interval': '1',
        'projection.dt.interval.unit': 'DAYS',
        'projection.hour.type': 'integer',
        'projection.hour.range': '0,23',
        'projection.hour.digits': '2',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena fills these in.
        'storage.location.template': 's3://bucket/traces/dt=${dt}/hour=${hour}/',
      });
    }
  });

  it('asks each query for a tenant where tenants are kept apart', () => {
    const table = external('traces_otlp', { tenants: true });
    expect(table.partitionKeys.map(({ name }) => name)).toEqual(['tenant', 'dt', 'hour']);
    expect(table.parameters).toMatchObject({
      'projection.tenant.type': 'injected',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena fills these in.
      'storage.location.template': 's3://bucket/traces/tenant=${tenant}/dt=${dt}/hour=${hour}/',
    });
    for (const name of ['traces', 'spans']) {
      expect(view(name, { tenants: true }).columns.map((column) => column.name)).toContain('tenant');
      expect(view(name).columns.map((column) => column.name)).not.toContain('tenant');
    }
  });

  it('reads lines as JSON with the SerDe that is asked for, and as text', () => {
    expect(external('traces_otlp').storage.serde.library).toBe('org.apache.hive.hcatalog.data.JsonSerDe');
    expect(external('traces_otlp', { serde: 'openx' }).storage.serde).toEqual({
      library: 'org.openx.data.jsonserde.JsonSerDe',
      parameters: { 'ignore.malformed.json': 'true' },
    });
    expect(external('traces_raw', { serde: 'openx' }).storage.serde).toEqual({
      library: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
      parameters: { 'field.delim': '\u0001' },
    });
  });

  it('adds the slash to a location without one', () => {
    expect(external('traces_otlp', { location: 's3://b/traces' }).storage.location).toBe('s3://b/traces/');
  });

  it('describes each view to Athena with the columns that Glue gets', () => {
    for (const name of ['traces', 'spans']) {
      const definition = view(name);
      expect(definition.parameters).toEqual({ presto_view: 'true', comment: 'Presto View' });
      expect(definition.partitionKeys).toEqual([]);
      expect(definition.view).toMatchObject({ catalog: 'awsdatacatalog', schema: 'tailgate' });
      expect(definition.view.columns.map((column) => column.name)).toEqual(
        definition.columns.map((column) => column.name),
      );
    }
  });

  it('stays within what Glue stores', () => {
    for (const definition of archiveTables({ ...OPTIONS, tenants: true })) {
      expect(definition.description.length).toBeLessThanOrEqual(2048);
      for (const column of [...definition.columns, ...definition.partitionKeys]) {
        expect(column.comment.length, column.name).toBeLessThanOrEqual(255);
        expect(column.type.length, column.name).toBeLessThanOrEqual(131_072);
      }
    }
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d days', (retentionDays) => {
    expect(() => archiveTables({ ...OPTIONS, retentionDays })).toThrow(
      `retentionDays must be a whole number of days, 1 or more, got ${retentionDays}`,
    );
  });
});

describe('hiveDdl', () => {
  it('writes the statement for traces_raw', () => {
    expect(hiveDdl(external('traces_raw'))).toBe(`CREATE EXTERNAL TABLE traces_raw (
  \`line\` string COMMENT 'The line as it is stored: OTLP JSON TracesData, then the columns of traces.'
)
COMMENT 'Kept traces: the lines of the archive as they are stored.'
PARTITIONED BY (
  \`dt\` string COMMENT 'Day that the trace is filed under, UTC, YYYY-MM-DD: of its start, or of its arrival if the two are more than 24 hours apart. A condition on it avoids reading other days.',
  \`hour\` int COMMENT 'Hour that the trace is filed under, UTC, 0 to 23, as in dt. A condition on it avoids reading other hours.'
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
WITH SERDEPROPERTIES (
  'field.delim' = '\\001'
)
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://bucket/traces/'
TBLPROPERTIES (
  'classification' = 'json',
  'projection.enabled' = 'true',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = 'NOW-32DAYS,NOW+1DAYS',
  'projection.dt.interval' = '1',
  'projection.dt.interval.unit' = 'DAYS',
  'projection.hour.type' = 'integer',
  'projection.hour.range' = '0,23',
  'projection.hour.digits' = '2',
  'storage.location.template' = 's3://bucket/traces/dt=\${dt}/hour=\${hour}/'
)`);
  });

  it('quotes names and the quotes in comments', () => {
    const ddl = hiveDdl(external('traces_otlp', { tenants: true }));
    expect(ddl).toContain('`arrayvalue`:struct<`values`:array<struct<`stringvalue`:string');
    expect(ddl).not.toMatch(/[<,]\w+:/);
    expect(ddl).toContain("each query must say: tenant = \\'…\\'.");
  });
});
