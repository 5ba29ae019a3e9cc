import type { Metrics } from '../pipeline/metrics.ts';
import { isRetryable, isThrottling } from './retryable-error.ts';

type Handler = (args: { input: object }) => Promise<{ output: object; response: unknown }>;

/** What all clients of the SDK have. Their own types differ in the commands that they know. */
export interface MeteredClient {
  readonly middlewareStack: {
    add(
      middleware: (next: Handler, context: { readonly commandName?: string }) => Handler,
      options: { readonly step: 'initialize'; readonly name: string },
    ): void;
  };
}

/** What of an answer says that part of the work was not done. */
interface PartialAnswer {
  /** Of BatchWriteItem. */
  readonly UnprocessedItems?: object;
  /** Of SendMessageBatch. */
  readonly Failed?: readonly { readonly SenderFault?: boolean }[];
}

/** Counts the calls of a client that were throttled, or failed in a way that may pass. Each attempt is a call. */
export function meterCalls<Client extends MeteredClient>(client: Client, metrics: Metrics): Client {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        const result = await next(args);
        const { UnprocessedItems = {}, Failed = [] }: PartialAnswer = result.output;
        if (Object.keys(UnprocessedItems).length > 0) metrics.add('throttled_calls', 1);
        if (Failed.some(({ SenderFault }) => SenderFault !== true)) metrics.add('failed_calls', 1);
        return result;
      } catch (error) {
        countFailure(error, metrics);
        throw error;
      }
    },
    { step: 'initialize', name: 'meterCalls' },
  );
  return client;
}

/** Counts a call that was throttled, or failed in a way that may pass. */
export function countFailure(error: unknown, metrics: Metrics): void {
  if (isThrottling(error)) metrics.add('throttled_calls', 1);
  else if (isRetryable(error)) metrics.add('failed_calls', 1);
}
