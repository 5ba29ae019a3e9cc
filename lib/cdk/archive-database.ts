import { Aws } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { archiveTables, type GlueExternalTable, type GlueView } from '../archive/tables/archive-tables.ts';
import { PRESTO_VIEW_EXPANDED_TEXT, prestoViewText } from '../archive/tables/presto-view.ts';
import { PARTS_PREFIX, TRACES_PREFIX } from './archive-bucket.ts';

export interface ArchiveDatabaseProps {
  readonly databaseName: string;
  readonly bucket: IBucket;
  /** Whether each tenant has a partition of its own. */
  readonly tenants: boolean;
  /** How far back the tables look. */
  readonly retentionDays: number;
  /** Whether the views read compacted hours from Parquet. */
  readonly compaction: boolean;
}

/** The Glue database over the archive: tables whose partitions are computed, so that no crawler runs, and the views. */
export class ArchiveDatabase extends Construct {
  readonly databaseName: string;
  readonly tenants: boolean;
  readonly retentionDays: number;

  constructor(scope: Construct, id: string, props: ArchiveDatabaseProps) {
    super(scope, id);
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: props.databaseName, description: 'Tailgate: kept traces' },
    });
    this.databaseName = database.ref;
    this.tenants = props.tenants;
    this.retentionDays = props.retentionDays;
    const tables = archiveTables({
      databaseName: props.databaseName,
      location: `s3://${props.bucket.bucketName}/${TRACES_PREFIX}`,
      tenants: props.tenants,
      retentionDays: props.retentionDays,
      ...(props.compaction && { partsLocation: `s3://${props.bucket.bucketName}/${PARTS_PREFIX}` }),
    });
    for (const table of tables) {
      new CfnTable(this, table.name, {
        catalogId: Aws.ACCOUNT_ID,
        databaseName: database.ref,
        tableInput: {
          name: table.name,
          description: table.description,
          tableType: table.tableType,
          parameters: table.parameters,
          partitionKeys: [...table.partitionKeys],
          ...(table.tableType === 'VIRTUAL_VIEW' ? view(table) : external(table)),
        },
      });
    }
  }
}

function view(table: GlueView) {
  return {
    viewOriginalText: prestoViewText(Buffer.from(JSON.stringify(table.view)).toString('base64')),
    viewExpandedText: PRESTO_VIEW_EXPANDED_TEXT,
    storageDescriptor: { columns: [...table.columns], serdeInfo: {} },
  };
}

function external(table: GlueExternalTable) {
  const { location, inputFormat, outputFormat, serde } = table.storage;
  return {
    storageDescriptor: {
      columns: [...table.columns],
      location,
      inputFormat,
      outputFormat,
      serdeInfo: { serializationLibrary: serde.library, parameters: serde.parameters },
    },
  };
}
