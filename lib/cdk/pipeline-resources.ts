import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { PoliciesParameter } from './policies.ts';

/** What both functions work on. */
export interface PipelineResources {
  readonly pipelineName: string;
  readonly table: Table;
  readonly bucket: IBucket;
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
  readonly policies: PoliciesParameter;
  /** Whether keys have tenants. */
  readonly tenants: boolean;
  /** The key that all of it is encrypted with, if it is one of yours. */
  readonly encryptionKey?: IKey | undefined;
}

/** The environment that both functions read: functions/shared/. */
export function environmentOf(resources: PipelineResources): Readonly<Record<string, string>> {
  return {
    TAILGATE_PIPELINE: resources.pipelineName,
    TAILGATE_TABLE: resources.table.tableName,
    TAILGATE_BUCKET: resources.bucket.bucketName,
    TAILGATE_QUEUE_URL: resources.queue.queueUrl,
    TAILGATE_DEAD_LETTER_QUEUE_URL: resources.deadLetterQueue.queueUrl,
    TAILGATE_CONFIG_PARAMETER: resources.policies.parameterName,
    ...(resources.tenants && { TAILGATE_TENANTS: '1' }),
  };
}
