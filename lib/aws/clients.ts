import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { CONNECT_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './calls/connections.ts';

/** What differs between Lambda, where nothing is given and the environment decides, and a local engine. */
export interface AwsClientOptions {
  /** Base URL of another implementation of the service, e.g. `http://127.0.0.1:8000`. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Time for one attempt. @default 3000 */
  readonly requestTimeoutMs?: number;
  /** How long a connection may be silent in the middle of an answer. @default no limit */
  readonly socketTimeoutMs?: number;
}

export function createSqsClient(options: AwsClientOptions = {}): SQSClient {
  return withoutLogging(
    // A queue URL names a host of its own, which does not exist for a local engine: there the endpoint counts.
    new SQSClient({ ...awsClientConfig(options), useQueueUrlAsEndpoint: options.endpoint === undefined }),
  );
}

export function createSsmClient(options: AwsClientOptions = {}): SSMClient {
  return withoutLogging(new SSMClient(awsClientConfig(options)));
}

export function createDynamoDbClient(options: AwsClientOptions = {}): DynamoDBClient {
  return withoutLogging(new DynamoDBClient(awsClientConfig(options)));
}

/**
 * The settings that all clients share. A client makes one attempt for each call: retries are made in one place, with one
 * time budget (`retry.ts`). Keep-alive is the SDK's default.
 */
export function awsClientConfig(options: AwsClientOptions) {
  return {
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.credentials === undefined ? {} : { credentials: { ...options.credentials } }),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      ...(options.socketTimeoutMs === undefined ? {} : { socketTimeout: options.socketTimeoutMs }),
      // Without this the SDK only prints a warning and goes on waiting.
      throwOnRequestTimeout: true,
    },
  };
}

/**
 * Removes a middleware that copies every input and output for a logger, also when there is none: a batch write takes a
 * fifth less processor time.
 */
export function withoutLogging<Client extends { middlewareStack: { remove(name: string): boolean } }>(
  client: Client,
): Client {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
