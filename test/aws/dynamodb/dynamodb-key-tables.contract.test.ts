import { describe } from 'vitest';
import { DynamoDbKeyTables } from '../../../lib/aws/dynamodb/key-tables.ts';
import { SystemClock } from '../../../lib/aws/system.ts';
import { describeKeyTables } from '../../contract/key-tables.contract.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';

const { tableName, createClient, createSdkClient } = useDynamoTable();

describe.each([
  { tenant: undefined, kind: 'ours', create: createClient },
  { tenant: 'shop', kind: 'ours', create: createClient },
  { tenant: undefined, kind: "the SDK's", create: createSdkClient },
])('for tenant $tenant, with a client that is $kind', ({ tenant, create }) => {
  describeKeyTables('DynamoDbKeyTables', () => {
    const client = create();
    return new DynamoDbKeyTables({ client, tableName, clock: new SystemClock(), tenant });
  });
});
