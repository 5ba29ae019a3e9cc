import { describe } from 'vitest';
import { DynamoDbSpanBuffer } from '../../../lib/aws/dynamodb/span-buffer.ts';
import { describeSpanBuffer } from '../../contract/span-buffer.contract.ts';
import { MemoryObjectStore } from '../../memory/memory-object-store.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const { tableName, createClient } = useDynamoTable();

describe.each([undefined, 'shop'])('for tenant %s', (tenant) => {
  describeSpanBuffer('DynamoDbSpanBuffer', () => {
    const clock = new ManualClock();
    const client = createClient();
    const spillStore = new MemoryObjectStore();
    return { buffer: new DynamoDbSpanBuffer({ client, tableName, spillStore, clock, tenant }), clock };
  });
});
