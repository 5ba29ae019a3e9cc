import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { VARIABLES } from '../aws/function-contract.ts';
import type { PoliciesParameter } from './policies.ts';

/** What the functions of a pipeline share. */
export interface PipelineResources {
  /** Name of the pipeline. */
  readonly pipelineName: string;
  /** The buffer table. */
  readonly table: Table;
  /** The archive bucket. */
  readonly bucket: IBucket;
  /** The wake-up queue. */
  readonly queue: IQueue;
  /** The dead-letter queue. */
  readonly deadLetterQueue: IQueue;
  /** The policies as an SSM parameter. */
  readonly policies: PoliciesParameter;
  /** Whether ingest keys belong to tenants. */
  readonly tenants: boolean;
  /** Whether fragments are compressed with dictionaries that are trained on them. @default false */
  readonly trainedDictionaries?: boolean;
  /** Your own KMS key that encrypts all of it; `undefined`: keys that the services own. */
  readonly encryptionKey?: IKey | undefined;
}

/** The environment of the ingest and the decide function. `functions/shared/environment.ts` reads it. */
export function environmentOf(resources: PipelineResources): Readonly<Record<string, string>> {
  return {
    [VARIABLES.pipeline]: resources.pipelineName,
    [VARIABLES.table]: resources.table.tableName,
    [VARIABLES.bucket]: resources.bucket.bucketName,
    [VARIABLES.queueUrl]: resources.queue.queueUrl,
    [VARIABLES.deadLetterQueueUrl]: resources.deadLetterQueue.queueUrl,
    [VARIABLES.configParameter]: resources.policies.parameterName,
    ...(resources.tenants && { [VARIABLES.tenants]: '1' }),
    ...(resources.trainedDictionaries && { [VARIABLES.trainedDictionaries]: '1' }),
  };
}
