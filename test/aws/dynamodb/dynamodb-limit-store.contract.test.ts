import { describe } from 'vitest';
import { DynamoDbLimitStore } from '../../../lib/aws/dynamodb/limit-store.ts';
import { SystemClock } from '../../../lib/aws/system.ts';
import { describeLimitStore } from '../../contract/limit-store.contract.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';

const { tableName, createClient } = useDynamoTable();

describe.each([undefined, 'shop'])('for tenant %s', (tenant) => {
  describeLimitStore('DynamoDbLimitStore', () => {
    const client = createClient();
    return new DynamoDbLimitStore({ client, tableName, clock: new SystemClock(), tenant });
  });
});
