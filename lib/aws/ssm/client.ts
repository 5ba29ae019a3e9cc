import { SSMClient } from '@aws-sdk/client-ssm';
import { type AwsClientOptions, awsClientConfig, withoutLogging } from '../clients.ts';

export function createSsmClient(options: AwsClientOptions = {}): SSMClient {
  return withoutLogging(new SSMClient(awsClientConfig(options)));
}
