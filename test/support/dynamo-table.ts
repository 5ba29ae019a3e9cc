import { afterAll, beforeAll } from 'vitest';
import { createDynamoDbClient } from '../../lib/aws/clients.ts';
import { sdkTableCalls } from '../../lib/aws/dynamodb/sdk-table-calls.ts';
import { SignedTableCalls, type TableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { type Engine, engineClientOptions } from './engines/engine.ts';
import { provisionTable } from './engines/provision.ts';
import { startTestDynamo } from './engines.ts';

export interface DynamoTable {
  readonly tableName: string;
  /** A client of its own for each caller, who may put faults into it. Inside tests only: there is no engine before. */
  createClient(): TableCalls;
  /** The SDK's client, the reference for ours. */
  createSdkClient(): TableCalls;
}

/** A buffer table on an engine that runs as long as the tests of the file that calls this. */
export function useDynamoTable(): DynamoTable {
  const tableName = 'buffer';
  let engine: Engine;
  beforeAll(async () => {
    engine = await startTestDynamo();
    await provisionTable(createDynamoDbClient(engineClientOptions(engine.url)), tableName);
  });
  afterAll(() => engine.stop());
  return {
    tableName,
    createClient: () => new SignedTableCalls(engineClientOptions(engine.url)),
    createSdkClient: () => sdkTableCalls(createDynamoDbClient(engineClientOptions(engine.url))),
  };
}
