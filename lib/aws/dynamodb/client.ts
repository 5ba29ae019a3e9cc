import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AwsClientOptions, awsClientConfig, withoutLogging } from '../clients.ts';

export function createDynamoDbClient(options: AwsClientOptions = {}): DynamoDBClient {
  return withoutLogging(new DynamoDBClient(awsClientConfig(options)));
}
