import { SQSClient } from '@aws-sdk/client-sqs';
import { type AwsClientOptions, awsClientConfig, withoutLogging } from '../clients.ts';

export function createSqsClient(options: AwsClientOptions = {}): SQSClient {
  return withoutLogging(
    // A queue URL names a host of its own, which for a local engine leads nowhere: the endpoint wins.
    new SQSClient({ ...awsClientConfig(options), useQueueUrlAsEndpoint: options.endpoint === undefined }),
  );
}
