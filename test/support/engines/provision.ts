import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, HeadBucketCommand, NotFound, type S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { LOCAL_ARCHIVE } from '../../../lib/archive/layout.ts';
import { EXPIRES_AT, PARTITION_KEY, SORT_KEY } from '../../../lib/aws/dynamodb/schema.ts';

export interface ProvisionOptions extends QueueSettings {
  readonly dynamoClient: DynamoDBClient;
  readonly sqsClient: SQSClient;
  readonly s3Client: S3Client;
}

export interface Provisioned extends ProvisionedQueues {
  readonly tableName: string;
  readonly bucket: string;
}

/** Creates what the pipeline needs and leaves existing resources alone. */
export async function provision(options: ProvisionOptions): Promise<Provisioned> {
  const tableName = 'tailgate-buffer';
  const bucket = LOCAL_ARCHIVE;
  const [queues] = await Promise.all([
    provisionQueues(options.sqsClient, 'tailgate-wake-ups', options),
    provisionTable(options.dynamoClient, tableName),
    provisionBucket(options.s3Client, bucket),
  ]);
  return { tableName, bucket, ...queues };
}

/** Creates the buffer table, with its TTL, unless it exists. */
export async function provisionTable(client: DynamoDBClient, tableName: string): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: PARTITION_KEY, AttributeType: 'S' },
          { AttributeName: SORT_KEY, AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: PARTITION_KEY, KeyType: 'HASH' },
          { AttributeName: SORT_KEY, KeyType: 'RANGE' },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName: tableName });
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: tableName }));
  if (TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED') return;
  const timeToLive = { AttributeName: EXPIRES_AT, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: tableName, TimeToLiveSpecification: timeToLive }));
}

export interface ProvisionedQueues {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

export interface QueueSettings {
  /** How long a delivered message stays hidden. @default 60 s */
  readonly visibilityTimeoutSeconds?: number;
  /** Deliveries before a message goes to the dead letters. @default 10 */
  readonly maxReceiveCount?: number;
}

/** Creates the wake-up queue and `<name>-dead-letters` unless they exist, and applies the settings either way. */
export async function provisionQueues(
  client: SQSClient,
  queueName: string,
  settings: QueueSettings = {},
): Promise<ProvisionedQueues> {
  const deadLetterQueueUrl = await createQueue(client, `${queueName}-dead-letters`, {
    MessageRetentionPeriod: String(14 * 24 * 3600),
  });
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const redrive = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: settings.maxReceiveCount ?? 10 };
  const queueUrl = await createQueue(client, queueName, {
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds ?? 60),
    MessageRetentionPeriod: String(4 * 24 * 3600),
    RedrivePolicy: JSON.stringify(redrive),
  });
  return { queueUrl, deadLetterQueueUrl };
}

/** Sets the attributes in a second call, because CreateQueue fails if the queue exists with other attributes. */
async function createQueue(client: SQSClient, name: string, attributes: Record<string, string>): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name }));
  if (QueueUrl === undefined) throw new Error(`CreateQueue for ${name} returned no URL`);
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributes }));
  return QueueUrl;
}

/** Creates the bucket unless it exists. */
export async function provisionBucket(client: S3Client, bucket: string): Promise<void> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  }
}
