import { afterAll, beforeAll, describe } from 'vitest';
import { SystemClock } from '../../../lib/adapters/clock.ts';
import { createDynamoDbClient } from '../../../lib/adapters/dynamodb/client.ts';
import { DynamoDbKeyTables } from '../../../lib/adapters/dynamodb/dynamodb-key-tables.ts';
import { type Engine, engineClientOptions } from '../../../lib/local/engines/engine.ts';
import { provisionTable } from '../../../lib/local/engines/provision.ts';
import { describeKeyTables } from '../../contract/key-tables.contract.ts';
import { startTestDynamo } from '../../support/engines.ts';

const tableName = 'buffer';
let engine: Engine;

beforeAll(async () => {
  engine = await startTestDynamo();
  await provisionTable(createDynamoDbClient(engineClientOptions(engine.url)), tableName);
});

afterAll(() => engine.stop());

describe.each([undefined, 'shop'])('for tenant %s', (tenant) => {
  describeKeyTables('DynamoDbKeyTables', () => {
    const client = createDynamoDbClient(engineClientOptions(engine.url));
    return new DynamoDbKeyTables({ client, tableName, clock: new SystemClock(), tenant });
  });
});
