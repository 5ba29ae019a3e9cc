import { S3Client } from '@aws-sdk/client-s3';
import { type AwsClientOptions, awsClientConfig, withoutLogging } from '../clients.ts';

/** Objects are large: an attempt gets 10 s unless told otherwise. */
export function createS3Client(options: AwsClientOptions = {}): S3Client {
  return withoutLogging(
    new S3Client({
      ...awsClientConfig({ requestTimeoutMs: 10_000, ...options }),
      forcePathStyle: options.endpoint !== undefined,
    }),
  );
}
