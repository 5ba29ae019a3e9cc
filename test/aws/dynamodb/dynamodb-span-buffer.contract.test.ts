import { describe } from 'vitest';
import { DictionaryStore } from '../../../lib/aws/dynamodb/dictionary-store.ts';
import { DynamoDbSpanBuffer } from '../../../lib/aws/dynamodb/span-buffer.ts';
import { describeSpanBuffer } from '../../contract/span-buffer.contract.ts';
import { MemoryObjectStore } from '../../memory/memory-object-store.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const { tableName, createClient, createSdkClient } = useDynamoTable();

describe('with a trained dictionary', () => {
  describeSpanBuffer('DynamoDbSpanBuffer', () => {
    const clock = new ManualClock();
    const table = { client: createClient(), tableName, clock, tenant: 'trained' };
    const dictionaries = new DictionaryStore(table);
    const trained = dictionaries.put(Buffer.alloc(1000, 'a'));
    const spillStore = new MemoryObjectStore();
    return { buffer: new DynamoDbSpanBuffer({ ...table, spillStore, newestDictionary: () => trained }), clock };
  });
});

describe.each([
  { tenant: undefined, kind: 'ours', create: createClient },
  { tenant: 'shop', kind: 'ours', create: createClient },
  { tenant: undefined, kind: "the SDK's", create: createSdkClient },
])('for tenant $tenant, with a client that is $kind', ({ tenant, create }) => {
  describeSpanBuffer('DynamoDbSpanBuffer', () => {
    const clock = new ManualClock();
    const client = create();
    const spillStore = new MemoryObjectStore();
    return { buffer: new DynamoDbSpanBuffer({ client, tableName, spillStore, clock, tenant }), clock };
  });
});
