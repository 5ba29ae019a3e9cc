import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoDbClient } from '../../../lib/adapters/dynamodb/client.ts';
import { DynamoDbSpanBuffer } from '../../../lib/adapters/dynamodb/dynamodb-span-buffer.ts';
import { MemorySpillStore } from '../../../lib/adapters/memory/memory-spill-store.ts';
import type { Engine } from '../../../lib/local/engines/engine.ts';
import { engineClientOptions } from '../../../lib/local/engines/engine.ts';
import { provisionTable } from '../../../lib/local/engines/provision.ts';
import { describeSpanBuffer } from '../../contract/span-buffer.contract.ts';
import { startTestDynamo } from '../../support/engines.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const tableName = 'buffer';
let engine: Engine;

beforeAll(async () => {
  engine = await startTestDynamo();
  await provisionTable(createDynamoDbClient(engineClientOptions(engine.url)), tableName);
});

afterAll(() => engine.stop());

describe.each([undefined, 'shop'])('for tenant %s', (tenant) => {
  describeSpanBuffer('DynamoDbSpanBuffer', () => {
    const clock = new ManualClock();
    const client = createDynamoDbClient(engineClientOptions(engine.url));
    const spillStore = new MemorySpillStore();
    return { buffer: new DynamoDbSpanBuffer({ client, tableName, spillStore, clock, tenant }), clock };
  });
});
