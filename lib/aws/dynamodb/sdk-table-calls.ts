import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { TableCalls } from './table-calls.ts';

const COMMANDS = {
  BatchGetItem: BatchGetItemCommand,
  BatchWriteItem: BatchWriteItemCommand,
  DeleteItem: DeleteItemCommand,
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  Query: QueryCommand,
  UpdateItem: UpdateItemCommand,
};

/** The calls of the adapters with the SDK's client, for programs that take credentials as the AWS CLI does; the reference for our own. */
export function sdkTableCalls(client: DynamoDBClient): TableCalls {
  // The types of a command and of its input do not find each other through a variable name.
  const send = (operation: keyof typeof COMMANDS, input: object) => {
    const Command = COMMANDS[operation] as unknown as new (input: object) => QueryCommand;
    return client.send(new Command(input));
  };
  return { call: send } as TableCalls;
}
