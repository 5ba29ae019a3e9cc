/** A running stand-in for an AWS service. */
export interface Engine {
  /** Base URL, e.g. `http://127.0.0.1:54321`. */
  readonly url: string;
  /** Ends open requests and closes files. */
  stop(): Promise<void>;
}

/** How a client reaches an engine. The engines ignore signatures, but clients need credentials to make one. */
export function engineClientOptions(url: string) {
  return { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}
