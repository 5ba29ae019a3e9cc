import { describe } from 'vitest';
import { DynamoDbKeyTables } from '../../../lib/aws/dynamodb/key-tables.ts';
import { SystemClock } from '../../../lib/aws/system.ts';
import { describeKeyTables } from '../../contract/key-tables.contract.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';

const { tableName, createClient } = useDynamoTable();

describe.each([undefined, 'shop'])('for tenant %s', (tenant) => {
  describeKeyTables('DynamoDbKeyTables', () => {
    const client = createClient();
    return new DynamoDbKeyTables({ client, tableName, clock: new SystemClock(), tenant });
  });
});
