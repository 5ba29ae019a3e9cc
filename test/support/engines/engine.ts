import type { AwsClientOptions } from '../../../lib/aws/clients.ts';

/** A running stand-in for an AWS service. */
export interface Engine {
  /** Base URL, e.g. `http://127.0.0.1:54321`. */
  readonly url: string;
  /** Ends open requests and closes files. */
  stop(): Promise<void>;
}

/** How an SDK client reaches an engine. The engines ignore signatures, but the SDK needs credentials to make one. */
export function engineClientOptions(url: string): AwsClientOptions {
  return { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}
