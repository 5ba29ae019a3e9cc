import { Aws, Fn, type Size, Token } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { PARTS_PREFIX, QUERY_RESULTS_PREFIX, TRACES_PREFIX } from '../archive/layout.ts';
import { archiveTables, type GlueExternalTable, type GlueView } from '../archive/tables/archive-tables.ts';
import { type NamedQuery, parseNamedQuery } from '../archive/tables/named-query.ts';
import { PRESTO_VIEW_EXPANDED_TEXT, prestoViewText } from '../archive/tables/presto-view.ts';
import { askedValues, storedQuery } from '../archive/tables/render-query.ts';
import { readQueryFiles } from '../aws/filesystem/query-files.ts';

export interface SavedQueriesProps {
  readonly databaseName: string;
  readonly workGroupName: string;
  /** Whether each query has to name a tenant. */
  readonly tenants: boolean;
}

/** The query library as saved queries, which Athena's console lists. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, props: SavedQueriesProps) {
    super(scope, id);
    for (const { name, text } of readQueryFiles()) {
      const query = parseNamedQuery(name, text);
      new CfnNamedQuery(this, name, {
        database: props.databaseName,
        workGroup: props.workGroupName,
        name,
        description: description(query, props.tenants),
        queryString: storedQuery(query, props.tenants),
      });
    }
  }
}

/**
 * Lists the values that the console asks for, because the console only shows how many there are. What is typed there is SQL: a
 * text needs its quotes.
 */
function description(query: NamedQuery, tenants: boolean): string {
  const asked = askedValues(query, tenants);
  if (asked.length === 0) return query.title;
  const forms = asked.map((name, index) => (asked.indexOf(name) < index ? `${name} again` : formOf(query, name)));
  return `${query.title}. Asks for, in this order, texts with their single quotes: ${forms.join(', ')}`;
}

/** A value as it is typed: `key 'enduser.id'`, `tenant 'name'`. */
function formOf({ parameters }: NamedQuery, name: string): string {
  const parameter = parameters.find((one) => one.name === name);
  if (parameter?.type === 'trace_id') return `${name} '32 lower-case hex digits'`;
  if (parameter !== undefined && parameter.type !== 'text') return `${name} (${parameter.type})`;
  return `${name} '${/such as (\S+)$/.exec(parameter?.meaning ?? '')?.[1] ?? 'name'}'`;
}

/** Properties of the workgroup. */
export interface ArchiveWorkGroupProps {
  /** Name of the workgroup. */
  readonly workGroupName: string;
  /** The archive bucket, which takes the results too. */
  readonly bucket: IBucket;
  /** Athena stops a query that reads more, so that a forgotten condition on `dt` cannot cost a fortune. */
  readonly scanLimit: Size;
  /** Your own KMS key for the results. @default keys that S3 owns, at no cost */
  readonly encryptionKey?: IKey | undefined;
}

/**
 * The Athena workgroup for the archive. Its settings apply to every query and override those of the client.
 *
 * @example
 * ```ts
 * new CfnOutput(stack, 'TracesWorkGroup', { value: pipeline.workGroup.workGroupName });
 * ```
 */
export class ArchiveWorkGroup extends Construct {
  /** Name of the workgroup. */
  readonly workGroupName: string;

  constructor(scope: Construct, id: string, { bucket, encryptionKey, ...props }: ArchiveWorkGroupProps) {
    super(scope, id);
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name: props.workGroupName,
      description: 'Tailgate: queries of kept traces',
      // It only holds the query history and the saved queries of the deployment.
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        bytesScannedCutoffPerQuery: props.scanLimit.toBytes(),
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        publishCloudWatchMetricsEnabled: true,
        resultConfiguration: {
          outputLocation: `s3://${bucket.bucketName}/${QUERY_RESULTS_PREFIX}`,
          encryptionConfiguration:
            encryptionKey === undefined
              ? { encryptionOption: 'SSE_S3' }
              : { encryptionOption: 'SSE_KMS', kmsKey: encryptionKey.keyArn },
        },
      },
    });
    this.workGroupName = workGroup.ref;
  }
}

/** Properties of the database. */
export interface ArchiveDatabaseProps {
  /** Name of the database. */
  readonly databaseName: string;
  /** The archive bucket. */
  readonly bucket: IBucket;
  /** Whether each tenant has a partition of its own. */
  readonly tenants: boolean;
  /** How far back the tables look. */
  readonly retentionDays: number;
  /** Whether the views read compacted hours from Parquet. */
  readonly compaction: boolean;
}

/**
 * The Glue database over the archive: tables with partition projection, which need no crawler, and the views.
 *
 * @example
 * ```ts
 * new CfnOutput(stack, 'TracesDatabase', { value: pipeline.database.databaseName });
 * ```
 */
export class ArchiveDatabase extends Construct {
  /** Name of the database. */
  readonly databaseName: string;
  /** Whether each query has to name a tenant. */
  readonly tenants: boolean;
  /** How far back the tables look. */
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
    viewOriginalText: prestoViewText(base64(JSON.stringify(table.view))),
    viewExpandedText: PRESTO_VIEW_EXPANDED_TEXT,
    storageDescriptor: { columns: [...table.columns], serdeInfo: {} },
  };
}

/** CloudFormation encodes a text with values that are only known to the deployment. */
function base64(text: string): string {
  return Token.isUnresolved(text) ? Fn.base64(text) : Buffer.from(text).toString('base64');
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
