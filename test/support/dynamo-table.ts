import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { createDynamoDbClient } from '../../lib/aws/clients.ts';
import { type Engine, engineClientOptions } from './engines/engine.ts';
import { provisionTable } from './engines/provision.ts';
import { startTestDynamo } from './engines.ts';

export interface DynamoTable {
  readonly tableName: string;
  /** A client of its own for each caller, who may put faults into it. Inside tests only: there is no engine before. */
  createClient(): DynamoDBClient;
}

/** A buffer table on an engine that runs as long as the tests of the file that calls this. */
export function useDynamoTable(): DynamoTable {
  const tableName = 'buffer';
  let engine: Engine;
  const createClient = () => createDynamoDbClient(engineClientOptions(engine.url));
  beforeAll(async () => {
    engine = await startTestDynamo();
    await provisionTable(createClient(), tableName);
  });
  afterAll(() => engine.stop());
  return { tableName, createClient };
}
