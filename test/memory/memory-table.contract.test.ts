import { DynamoDbSpanBuffer } from '../../lib/aws/dynamodb/span-buffer.ts';
import { describeSpanBuffer } from '../contract/span-buffer.contract.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryObjectStore } from './memory-object-store.ts';
import { MemoryTable } from './memory-table.ts';

describeSpanBuffer('DynamoDbSpanBuffer on a table in memory', () => {
  const clock = new ManualClock();
  const { client } = new MemoryTable();
  return {
    buffer: new DynamoDbSpanBuffer({ client, tableName: 'buffer', spillStore: new MemoryObjectStore(), clock }),
    clock,
  };
});
