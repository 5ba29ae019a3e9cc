import { DynamoDbSpanBuffer } from '../../../lib/adapters/dynamodb/dynamodb-span-buffer.ts';
import { MemorySpillStore } from '../../../lib/adapters/memory/memory-spill-store.ts';
import { describeSpanBuffer } from '../../contract/span-buffer.contract.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const { tableName, createClient } = useDynamoTable();

describeSpanBuffer('DynamoDbSpanBuffer', () => {
  const clock = new ManualClock();
  const client = createClient();
  return { buffer: new DynamoDbSpanBuffer({ client, tableName, spillStore: new MemorySpillStore(), clock }), clock };
});
