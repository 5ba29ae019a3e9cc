import { describe } from 'vitest';
import { DynamoDbLimitStore } from '../../../lib/aws/dynamodb/limit-store.ts';
import { SystemClock } from '../../../lib/aws/system.ts';
import { describeLimitStore } from '../../contract/limit-store.contract.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';

const { tableName, createClient, createSdkClient } = useDynamoTable();

describe.each([
  { tenant: undefined, kind: 'ours', create: createClient },
  { tenant: 'shop', kind: 'ours', create: createClient },
  { tenant: undefined, kind: "the SDK's", create: createSdkClient },
])('for tenant $tenant, with a client that is $kind', ({ tenant, create }) => {
  describeLimitStore('DynamoDbLimitStore', () => {
    const client = create();
    return new DynamoDbLimitStore({ client, tableName, clock: new SystemClock(), tenant });
  });
});
