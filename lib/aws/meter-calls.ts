import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { Metrics } from '../pipeline/metrics.ts';
import { isRetryable, isThrottling } from './retry.ts';
import type { ParameterReads } from './ssm/parameter-reads.ts';

/** What all clients of the SDK have in common. Their own types differ in the commands that they know. */
export interface MeteredClient {
  readonly middlewareStack: {
    add(
      middleware: (next: Handler, context: { readonly commandName?: string }) => Handler,
      options: { readonly step: 'initialize'; readonly name: string },
    ): void;
  };
}

type Handler = (args: { input: object }) => Promise<{ output: object; response: unknown }>;

/** The members of an answer that say that part of the work was not done. */
interface PartialAnswer {
  /** BatchWriteItem. */
  readonly UnprocessedItems?: object;
  /** SendMessageBatch. */
  readonly Failed?: readonly { readonly SenderFault?: boolean }[];
}

/**
 * Counts the calls of a client that were throttled, or failed in a way that another attempt may cure. Each attempt is a call,
 * because retries are made outside the client (`retry.ts`).
 */
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

/** The same for reads of parameters that go past the SDK. */
export function meterParameterReads(reads: ParameterReads, metrics: Metrics): ParameterReads {
  const counted = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (error) {
      countFailure(error, metrics);
      throw error;
    }
  };
  return {
    getParameter: (input) => counted(reads.getParameter(input)),
    getParametersByPath: (input) => counted(reads.getParametersByPath(input)),
  };
}

function countFailure(error: unknown, metrics: Metrics): void {
  if (isThrottling(error)) metrics.add('throttled_calls', 1);
  else if (isRetryable(error)) metrics.add('failed_calls', 1);
}

const READS: ReadonlySet<string | undefined> = new Set(['QueryCommand', 'GetItemCommand']);

const WRITES: ReadonlySet<string | undefined> = new Set([
  'PutItemCommand',
  'UpdateItemCommand',
  'BatchWriteItemCommand',
]);

interface CapacityAnswer {
  /** A list in the answer to a batch. */
  readonly ConsumedCapacity?: ConsumedCapacity | readonly ConsumedCapacity[];
}

/** Asks with every call of DynamoDB for what it is charged, which is free, and counts the units. */
export function meterCapacity<Client extends MeteredClient>(client: Client, metrics: Metrics): Client {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const isRead = READS.has(commandName);
        if (!isRead && !WRITES.has(commandName)) return next(args);
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
        const { ConsumedCapacity = [] }: CapacityAnswer = result.output;
        const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
        metrics.add(isRead ? 'consumed_read_units' : 'consumed_write_units', units);
        return result;
      },
    { step: 'initialize', name: 'meterCapacity' },
  );
  return client;
}
