import { CfnDeletionPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type CfnTable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { EXPIRES_AT, PARTITION_KEY, SORT_KEY } from '../aws/dynamodb/schema.ts';
import { acknowledge, defaultChild } from './acknowledge.ts';

/**
 * Provisioned capacity, billed by the hour, that follows the load between its bounds. Under a steady load it costs less than
 * on-demand capacity.
 *
 * @example
 * ```ts
 * const capacity: ProvisionedCapacity = { minWriteUnits: 50, maxWriteUnits: 1000, minReadUnits: 50, maxReadUnits: 1000 };
 * ```
 */
export interface ProvisionedCapacity {
  /** The least write units per second. */
  readonly minWriteUnits: number;
  /** The most write units per second. */
  readonly maxWriteUnits: number;
  /** The least read units per second. */
  readonly minReadUnits: number;
  /** The most read units per second. */
  readonly maxReadUnits: number;
  /** Utilisation that the scaling aims at, in percent. @default 70 */
  readonly targetUtilizationPercent?: number;
}

/** Properties of the buffer table. */
export interface BufferTableProps {
  /** Provisioned capacity. @default on demand: billed per request, with no capacity to plan */
  readonly provisionedCapacity?: ProvisionedCapacity;
  /** Your own KMS key. @default a key that DynamoDB owns, at no cost */
  readonly encryptionKey?: IKey;
}

/**
 * The span buffer: docs/storage-schema.md has its items. Each pipeline has its own: an existing table cannot be used.
 *
 * @example
 * ```ts
 * pipeline.buffer.table.metricConsumedWriteCapacityUnits();
 * ```
 */
export class BufferTable extends Construct {
  /** The DynamoDB table. */
  readonly table: Table;

  constructor(scope: Construct, id: string, props: BufferTableProps = {}) {
    super(scope, id);
    const { provisionedCapacity: capacity, encryptionKey } = props;
    this.table = new Table(this, 'Table', {
      partitionKey: { name: PARTITION_KEY, type: AttributeType.STRING },
      sortKey: { name: SORT_KEY, type: AttributeType.STRING },
      timeToLiveAttribute: EXPIRES_AT,
      ...(capacity === undefined
        ? { billingMode: BillingMode.PAY_PER_REQUEST }
        : {
            billingMode: BillingMode.PROVISIONED,
            writeCapacity: capacity.minWriteUnits,
            readCapacity: capacity.minReadUnits,
          }),
      ...(encryptionKey === undefined
        ? { encryption: TableEncryption.DEFAULT }
        : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
    });
    if (capacity !== undefined) scaleBetween(this.table, capacity);
    // Spans wait here. Deleting the pipeline gives them up; an update that replaces the table must not.
    const { cfnOptions } = defaultChild<CfnTable>(this.table);
    cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
    cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    acknowledge(
      this.table,
      'DDB3',
      'items live a day, decisions eight: a restored table would bring back spans that have been archived since',
    );
  }
}

function scaleBetween(table: Table, capacity: ProvisionedCapacity): void {
  const { targetUtilizationPercent = 70 } = capacity;
  table
    .autoScaleWriteCapacity({ minCapacity: capacity.minWriteUnits, maxCapacity: capacity.maxWriteUnits })
    .scaleOnUtilization({ targetUtilizationPercent });
  table
    .autoScaleReadCapacity({ minCapacity: capacity.minReadUnits, maxCapacity: capacity.maxReadUnits })
    .scaleOnUtilization({ targetUtilizationPercent });
}
