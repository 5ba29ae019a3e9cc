import { describe } from 'vitest';
import { SystemClock } from '../../../lib/adapters/clock.ts';
import { DynamoDbKeyTables } from '../../../lib/adapters/dynamodb/dynamodb-key-tables.ts';
import { describeKeyTables } from '../../contract/key-tables.contract.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';

const { tableName, createClient } = useDynamoTable();

describe.each([undefined, 'shop'])('for tenant %s', (tenant) => {
  describeKeyTables('DynamoDbKeyTables', () => {
    const client = createClient();
    return new DynamoDbKeyTables({ client, tableName, clock: new SystemClock(), tenant });
  });
});
