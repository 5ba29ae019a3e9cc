import type {
  AttributeValue,
  BatchGetItemInput,
  BatchGetItemOutput,
  BatchWriteItemInput,
  BatchWriteItemOutput,
  DeleteItemInput,
  DeleteItemOutput,
  GetItemInput,
  GetItemOutput,
  PutItemInput,
  PutItemOutput,
  QueryInput,
  QueryOutput,
  UpdateItemInput,
  UpdateItemOutput,
  WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { ServiceCalls } from '../calls/service-calls.ts';
import { SignedCalls, type SignedCallsDeps } from '../calls/signed-calls.ts';
import type { Item } from './schema.ts';

/** The operations of DynamoDB that the adapters of the buffer table use. */
export interface TableOperations {
  readonly BatchGetItem: { readonly input: BatchGetItemInput; readonly output: BatchGetItemOutput };
  readonly BatchWriteItem: { readonly input: BatchWriteItemInput; readonly output: BatchWriteItemOutput };
  readonly DeleteItem: { readonly input: DeleteItemInput; readonly output: DeleteItemOutput };
  readonly GetItem: { readonly input: GetItemInput; readonly output: GetItemOutput };
  readonly PutItem: { readonly input: PutItemInput; readonly output: PutItemOutput };
  readonly Query: { readonly input: QueryInput; readonly output: QueryOutput };
  readonly UpdateItem: { readonly input: UpdateItemInput; readonly output: UpdateItemOutput };
}

export type TableCalls = ServiceCalls<TableOperations>;

/** Calls of DynamoDB without the SDK's client. What they take and give is the same, without `$metadata`. */
export class SignedTableCalls implements TableCalls {
  readonly #calls: SignedCalls<TableOperations>;

  constructor(deps: SignedCallsDeps) {
    this.#calls = new SignedCalls({ name: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' }, deps);
  }

  /** @throws as {@link SignedCalls.call} does */
  async call<Name extends keyof TableOperations>(
    operation: Name,
    input: TableOperations[Name]['input'],
  ): Promise<TableOperations[Name]['output']> {
    const output = await this.#calls.call(operation, input);
    decodeItems(output);
    return output;
  }

  destroy(): void {
    this.#calls.destroy();
  }
}

/** The members of answers that hold items, or keys of items. */
interface ItemsOfAnswer {
  /** GetItem. */
  readonly Item?: Item | undefined;
  /** Those that return what was there before or after. */
  readonly Attributes?: Item | undefined;
  /** Query. */
  readonly Items?: readonly Item[] | undefined;
  readonly LastEvaluatedKey?: Item | undefined;
  /** BatchGetItem: by table. */
  readonly Responses?: Readonly<Record<string, readonly Item[]>> | undefined;
  readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys: readonly Item[] | undefined }>> | undefined;
  /** BatchWriteItem: by table. */
  readonly UnprocessedItems?: Readonly<Record<string, readonly WriteRequest[]>> | undefined;
}

/** Turns base64 into bytes, in place: nobody else has the answer yet. */
function decodeItems({
  Item,
  Attributes,
  Items,
  LastEvaluatedKey,
  Responses,
  UnprocessedKeys,
  UnprocessedItems,
}: ItemsOfAnswer): void {
  decodeItem(Item);
  decodeItem(Attributes);
  Items?.forEach(decodeItem);
  decodeItem(LastEvaluatedKey);
  for (const items of Object.values(Responses ?? {})) items.forEach(decodeItem);
  for (const { Keys } of Object.values(UnprocessedKeys ?? {})) Keys?.forEach(decodeItem);
  for (const { PutRequest, DeleteRequest } of Object.values(UnprocessedItems ?? {}).flat()) {
    decodeItem(PutRequest?.Item);
    decodeItem(DeleteRequest?.Key);
  }
}

function decodeItem(item: Item | undefined): void {
  for (const name in item) {
    const value = item[name];
    if (value !== undefined) decodeValue(value);
  }
}

/** Of the types of attributes only these hold bytes, or other attributes that may. */
function decodeValue(value: AttributeValue): void {
  if (value.B !== undefined) value.B = toBytes(value.B);
  else if (value.BS !== undefined) value.BS = value.BS.map(toBytes);
  else if (value.L !== undefined) value.L.forEach(decodeValue);
  else if (value.M !== undefined) decodeItem(value.M);
}

/** @param base64 text, whatever the type of the decoded answer says */
function toBytes(base64: unknown): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.from(String(base64), 'base64');
  // Not a Buffer: its slice() shares memory, where that of a Uint8Array copies.
  return new Uint8Array(buffer, byteOffset, length);
}
