import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { Metrics } from '../pipeline/metrics.ts';
import type { Operation, ServiceCalls } from './calls/service-calls.ts';
import type { TableCalls, TableOperations } from './dynamodb/table-calls.ts';
import { isRetryable, isThrottling } from './retry.ts';
import type { ParameterReads } from './ssm/parameter-reads.ts';

/** The members of an answer that say that part of the work was not done. */
interface PartialAnswer {
  /** BatchWriteItem. */
  readonly UnprocessedItems?: object;
  /** BatchGetItem. */
  readonly UnprocessedKeys?: object;
  /** SendMessageBatch. */
  readonly Failed?: readonly { readonly SenderFault?: boolean }[];
}

/**
 * Counts the calls that were throttled, or failed in a way that another attempt may cure. Each attempt is a call: retries are made
 * by `retry.ts`.
 */
export function meterCalls<Offered extends Readonly<Record<keyof Offered, Operation>>>(
  calls: ServiceCalls<Offered>,
  metrics: Metrics,
): ServiceCalls<Offered> {
  return { call: (operation, input) => counted(calls.call(operation, input), metrics) };
}

/** What all clients of the SDK have in common. Their own types differ in the commands that they know. */
export interface SdkClient {
  readonly middlewareStack: {
    add(middleware: (next: Handler) => Handler, options: { readonly step: 'initialize'; readonly name: string }): void;
  };
}

type Handler = (args: { input: object }) => Promise<{ output: object; response: unknown }>;

/** The same for a client of the SDK, which makes one attempt for each call (`clients.ts`). */
export function meterSdkClient<Client extends SdkClient>(client: Client, metrics: Metrics): Client {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = next(args);
      await counted(
        result.then(({ output }) => output),
        metrics,
      );
      return result;
    },
    { step: 'initialize', name: 'meterCalls' },
  );
  return client;
}

/** The same for reads of parameters. */
export function meterParameterReads(reads: ParameterReads, metrics: Metrics): ParameterReads {
  return {
    getParameter: (input) => counted(reads.getParameter(input), metrics),
    getParametersByPath: (input) => counted(reads.getParametersByPath(input), metrics),
  };
}

async function counted<Answer extends object>(call: Promise<Answer>, metrics: Metrics): Promise<Answer> {
  try {
    const answer = await call;
    const { UnprocessedItems = {}, UnprocessedKeys = {}, Failed = [] }: PartialAnswer = answer;
    if (!isEmpty(UnprocessedItems) || !isEmpty(UnprocessedKeys)) metrics.add('throttled_calls', 1);
    if (Failed.some(({ SenderFault }) => SenderFault !== true)) metrics.add('failed_calls', 1);
    return answer;
  } catch (error) {
    if (isThrottling(error)) metrics.add('throttled_calls', 1);
    else if (isRetryable(error)) metrics.add('failed_calls', 1);
    throw error;
  }
}

function isEmpty(answer: object): boolean {
  for (const _ in answer) return false;
  return true;
}

/** What the units of each operation are counted as. */
const UNITS = {
  BatchGetItem: 'consumed_read_units',
  BatchWriteItem: 'consumed_write_units',
  DeleteItem: 'consumed_write_units',
  GetItem: 'consumed_read_units',
  PutItem: 'consumed_write_units',
  Query: 'consumed_read_units',
  UpdateItem: 'consumed_write_units',
} as const satisfies Readonly<Record<keyof TableOperations, string>>;

interface CapacityAnswer {
  /** A list in the answer to a batch. */
  readonly ConsumedCapacity?: ConsumedCapacity | readonly ConsumedCapacity[];
}

/** Asks with every call of DynamoDB for what it is charged, which is free, and counts the units. */
export function meterCapacity(calls: TableCalls, metrics: Metrics): TableCalls {
  return {
    call: async (operation, input) => {
      const output = await calls.call(operation, { ...input, ReturnConsumedCapacity: 'TOTAL' });
      const { ConsumedCapacity = [] } = output as CapacityAnswer;
      const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
      metrics.add(UNITS[operation], units);
      return output;
    },
  };
}
