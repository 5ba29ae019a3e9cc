import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { Metrics } from '../../pipeline/metrics.ts';
import type { MeteredClient } from '../meter-calls.ts';

const READS: ReadonlySet<string | undefined> = new Set(['QueryCommand', 'GetItemCommand']);
const WRITES: ReadonlySet<string | undefined> = new Set([
  'PutItemCommand',
  'UpdateItemCommand',
  'BatchWriteItemCommand',
]);

interface CapacityAnswer {
  /** A list for batches. */
  readonly ConsumedCapacity?: ConsumedCapacity | readonly ConsumedCapacity[];
}

/** Asks with every call what it is charged, which itself is free, and counts the units. */
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
