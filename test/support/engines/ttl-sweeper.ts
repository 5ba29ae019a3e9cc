import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  paginateListTables,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../lib/pipeline/ports.ts';

export interface TtlSweeper {
  /** Resolves when the current sweep has ended. */
  stop(): Promise<void>;
}

/**
 * Deletes expired items periodically, as DynamoDB does and local engines do not. An error ends a sweep, not the
 * sweeper.
 */
export function startTtlSweeper(client: DynamoDBClient, clock: Clock, periodMs: number): TtlSweeper {
  let underWay: Promise<unknown> = Promise.resolve();
  let idle = true;
  const timer = setInterval(() => {
    if (!idle) return;
    idle = false;
    underWay = sweepExpired(client, clock)
      .catch(() => undefined)
      .finally(() => {
        idle = true;
      });
  }, periodMs);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await underWay;
    },
  };
}

/** One sweep over all tables that have a TTL attribute. @returns the number of deleted items */
export async function sweepExpired(client: DynamoDBClient, clock: Clock): Promise<number> {
  let deleted = 0;
  for await (const { TableNames = [] } of paginateListTables({ client }, {})) {
    for (const tableName of TableNames) {
      const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: tableName }));
      const attribute = TimeToLiveDescription?.AttributeName;
      if (TimeToLiveDescription?.TimeToLiveStatus !== 'ENABLED' || attribute === undefined) continue;
      deleted += await sweepTable(client, tableName, attribute, Math.floor(clock.now() / 1000));
    }
  }
  return deleted;
}

async function sweepTable(
  client: DynamoDBClient,
  tableName: string,
  attribute: string,
  nowSeconds: number,
): Promise<number> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  const keys = (Table?.KeySchema ?? []).flatMap(({ AttributeName }) => AttributeName ?? []);
  const keyNames = Object.fromEntries(keys.map((key, index) => [`#k${index}`, key]));
  const expired = {
    expression: '#ttl < :now AND attribute_type(#ttl, :number)',
    names: { '#ttl': attribute },
    values: { ':now': { N: String(nowSeconds) }, ':number': { S: 'N' } },
  };
  let deleted = 0;
  const pages = paginateScan(
    { client },
    {
      TableName: tableName,
      FilterExpression: expired.expression,
      ProjectionExpression: Object.keys(keyNames).join(', '),
      ExpressionAttributeNames: { ...expired.names, ...keyNames },
      ExpressionAttributeValues: expired.values,
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) {
      // Deletes on the condition that the item is still expired, because it may have been written again since the scan.
      const deletion = new DeleteItemCommand({
        TableName: tableName,
        Key: item satisfies Record<string, AttributeValue>,
        ConditionExpression: expired.expression,
        ExpressionAttributeNames: expired.names,
        ExpressionAttributeValues: expired.values,
      });
      try {
        await client.send(deletion);
        deleted += 1;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    }
  }
  return deleted;
}
