import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbClient } from '../../../lib/aws/clients.ts';
import { sdkTableCalls } from '../../../lib/aws/dynamodb/sdk-table-calls.ts';
import { SignedTableCalls, type TableCalls, type TableOperations } from '../../../lib/aws/dynamodb/table-calls.ts';
import { isRetryable } from '../../../lib/aws/retry.ts';
import { useDynamoTable } from '../../support/dynamo-table.ts';
import { engineClientOptions } from '../../support/engines/engine.ts';
import { json, StubService } from '../../support/stub-service.ts';

type Call = {
  [Name in keyof TableOperations]: readonly [Name, TableOperations[Name]['input']];
}[keyof TableOperations];

interface Answer {
  readonly $metadata?: unknown;
  readonly Responses?: Readonly<Record<string, object[]>>;
}

function textOf(item: object): string {
  return JSON.stringify(item);
}

/** What comes of a call: its answer, or what is to be known of its error. */
async function outcomeOf(calls: TableCalls, [operation, input]: Call): Promise<unknown> {
  try {
    const { $metadata: _, ...answer } = (await calls.call(operation, input)) as Answer;
    // The items of a batch come in any order.
    for (const items of Object.values(answer.Responses ?? {})) items.sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
    return answer;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, message, status: $metadata?.httpStatusCode, retryable: isRetryable(error) };
  }
}

describe('the calls of DynamoDB: what the SDK gets from an engine', () => {
  const { tableName: TableName, createClient, createSdkClient } = useDynamoTable();
  const key = (sk: string) => ({ traceId: { S: 'a' }, sk: { S: sk } });
  const everything: Record<string, AttributeValue> = {
    s: { S: 'text "quoted"\n\u2028 é 😀' },
    n: { N: '-12.5' },
    b: { B: Uint8Array.of(0, 127, 128, 255) },
    ss: { SS: ['a', 'b'] },
    ns: { NS: ['1', '2'] },
    bs: { BS: [Uint8Array.of(1), Uint8Array.of(2, 3)] },
    l: { L: [{ B: Uint8Array.of(9) }, { M: { inner: { B: Uint8Array.of(8) } } }] },
    m: { M: { bool: { BOOL: true }, none: { NULL: true }, list: { L: [] } } },
  };
  const query = {
    TableName,
    ConsistentRead: true,
    KeyConditionExpression: 'traceId = :t',
    ExpressionAttributeValues: { ':t': { S: 'a' } },
  };
  const ReturnConsumedCapacity = 'TOTAL' as const;

  // One after the other, each with both: what is read was written before.
  const cases: readonly (readonly [string, Call])[] = [
    ['a put', ['PutItem', { TableName, Item: { ...key('1'), ...everything }, ReturnConsumedCapacity }]],
    [
      'a put that returns what was there',
      ['PutItem', { TableName, Item: { ...key('1'), ...everything }, ReturnValues: 'ALL_OLD' }],
    ],
    ['a get', ['GetItem', { TableName, Key: key('1'), ConsistentRead: true, ReturnConsumedCapacity }]],
    ['a get of nothing', ['GetItem', { TableName, Key: key('none') }]],
    [
      'a batch write',
      [
        'BatchWriteItem',
        {
          RequestItems: {
            [TableName]: ['2', '3'].map((sk) => ({ PutRequest: { Item: { ...key(sk), ...everything } } })),
          },
          ReturnConsumedCapacity,
        },
      ],
    ],
    [
      'a batch write with a delete',
      ['BatchWriteItem', { RequestItems: { [TableName]: [{ DeleteRequest: { Key: key('3') } }] } }],
    ],
    [
      'a batch get',
      [
        'BatchGetItem',
        {
          RequestItems: { [TableName]: { Keys: [key('1'), key('2'), key('none')], ConsistentRead: true } },
          ReturnConsumedCapacity,
        },
      ],
    ],
    ['a query', ['Query', { ...query, ReturnConsumedCapacity }]],
    ['a page of a query', ['Query', { ...query, Limit: 1 }]],
    ['a query of nothing', ['Query', { ...query, ExpressionAttributeValues: { ':t': { S: 'none' } } }]],
    [
      'an update',
      [
        'UpdateItem',
        {
          TableName,
          Key: key('4'),
          UpdateExpression: 'SET q = :q',
          ExpressionAttributeValues: { ':q': { N: '1' } },
          ReturnValues: 'ALL_NEW',
        },
      ],
    ],
    [
      'a delete that returns what was there',
      ['DeleteItem', { TableName, Key: key('nothing'), ReturnValues: 'ALL_OLD' }],
    ],
    [
      'a condition that does not hold',
      ['PutItem', { TableName, Item: key('1'), ConditionExpression: 'attribute_not_exists(sk)' }],
    ],
    [
      'a condition on an update that does not hold',
      [
        'UpdateItem',
        {
          TableName,
          Key: key('4'),
          UpdateExpression: 'SET q = :q',
          ConditionExpression: 'q > :q',
          ExpressionAttributeValues: { ':q': { N: '1' } },
        },
      ],
    ],
    ['an expression that makes no sense', ['Query', { ...query, KeyConditionExpression: 'nonsense' }]],
    ['an item without its key', ['PutItem', { TableName, Item: { traceId: { S: 'a' } } }]],
    [
      'a key that is there twice',
      ['BatchWriteItem', { RequestItems: { [TableName]: [1, 2].map(() => ({ PutRequest: { Item: key('1') } })) } }],
    ],
    ['a table that is not there', ['GetItem', { TableName: 'no-such-table', Key: key('1') }]],
  ];

  it.each(cases)('%s', async (_, call) => {
    const expected = await outcomeOf(createSdkClient(), call);
    expect(await outcomeOf(createClient(), call)).toEqual(expected);
  });

  it('tells errors by their names', async () => {
    const condition = cases.find(([name]) => name === 'a condition that does not hold')?.[1] ?? expect.fail();
    expect(await outcomeOf(createClient(), condition)).toMatchObject({
      name: 'ConditionalCheckFailedException',
      status: 400,
      retryable: false,
    });
  });
});

const bytes = fc.uint8Array({ maxLength: 40 }).map((one) => Uint8Array.from(one));
const { attribute } = fc.letrec<{ attribute: AttributeValue }>((tie) => ({
  attribute: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ S: fc.string({ unit: 'binary' }) }),
    fc.record({ N: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) }),
    fc.record({ B: bytes }),
    fc.record({ BOOL: fc.boolean() }),
    fc.constant({ NULL: true as const }),
    fc.record({ SS: fc.array(fc.string(), { minLength: 1, maxLength: 3 }) }),
    fc.record({ BS: fc.array(bytes, { minLength: 1, maxLength: 3 }) }),
    fc.record({ L: fc.array(tie('attribute'), { maxLength: 3 }) }),
    fc.record({ M: fc.dictionary(fc.string(), tie('attribute'), { maxKeys: 3, noNullPrototype: true }) }),
  ) as fc.Arbitrary<AttributeValue>,
}));
// JSON has no member of this name that a JavaScript object could have.
const item = fc.dictionary(
  fc.string().filter((name) => name !== '__proto__'),
  attribute,
  { minKeys: 1, maxKeys: 4, noNullPrototype: true },
);

describe('the calls of DynamoDB: what the SDK sends and reads', () => {
  let service: StubService;
  let ours: SignedTableCalls;
  let reference: TableCalls;

  beforeAll(async () => {
    service = await StubService.start();
    ours = new SignedTableCalls(engineClientOptions(service.url));
    reference = sdkTableCalls(createDynamoDbClient(engineClientOptions(service.url)));
  });
  afterAll(async () => {
    ours.destroy();
    await service.stop();
  });

  const inputs: fc.Arbitrary<Call> = fc.oneof(
    item.map((Item): Call => ['PutItem', { TableName: 't', Item, ReturnConsumedCapacity: 'TOTAL' }]),
    item.map((Key): Call => ['GetItem', { TableName: 't', Key, ConsistentRead: true }]),
    item.map((Key): Call => ['DeleteItem', { TableName: 't', Key, ConditionExpression: '#a < :b' }]),
    fc
      .array(item, { minLength: 1, maxLength: 3 })
      .map(
        (items): Call => ['BatchWriteItem', { RequestItems: { t: items.map((Item) => ({ PutRequest: { Item } })) } }],
      ),
    fc
      .array(item, { minLength: 1, maxLength: 3 })
      .map((Keys): Call => ['BatchGetItem', { RequestItems: { t: { Keys } } }]),
    fc
      .tuple(item, item)
      .map(
        ([ExclusiveStartKey, ExpressionAttributeValues]): Call => [
          'Query',
          { TableName: 't', ExclusiveStartKey, ExpressionAttributeValues, Limit: 3, ScanIndexForward: false },
        ],
      ),
    fc
      .tuple(item, item)
      .map(
        ([Key, ExpressionAttributeValues]): Call => [
          'UpdateItem',
          { TableName: 't', Key, ExpressionAttributeValues, ExpressionAttributeNames: { '#a': 'ä"' } },
        ],
      ),
  );

  it('sends the same', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, async (call) => {
        service.received.length = 0;
        service.answer = json(200, '{}');
        await outcomeOf(reference, call);
        await outcomeOf(ours, call);
        const [expected, sent] = service.received;
        expect(JSON.parse(sent?.body ?? '')).toEqual(JSON.parse(expected?.body ?? ''));
        for (const name of ['x-amz-target', 'content-type', 'host']) {
          expect(sent?.headers[name]).toBe(expected?.headers[name]);
        }
      }),
      { numRuns: 150 },
    );
  });

  const answers: fc.Arbitrary<readonly [Call, object]> = fc.oneof(
    item.map((Item) => [['GetItem', { TableName: 't', Key: {} }], { Item }] as const),
    item.map((Attributes) => [['UpdateItem', { TableName: 't', Key: {} }], { Attributes }] as const),
    fc
      .tuple(fc.array(item, { maxLength: 3 }), item)
      .map(
        ([Items, LastEvaluatedKey]) =>
          [['Query', { TableName: 't' }], { Items, Count: Items.length, LastEvaluatedKey }] as const,
      ),
    fc
      .tuple(fc.array(item, { maxLength: 3 }), item)
      .map(
        ([items, Key]) =>
          [
            ['BatchGetItem', { RequestItems: {} }],
            { Responses: { t: items }, UnprocessedKeys: { t: { Keys: [Key], ConsistentRead: true } } },
          ] as const,
      ),
    fc
      .tuple(item, item)
      .map(
        ([Item, Key]) =>
          [
            ['BatchWriteItem', { RequestItems: {} }],
            { UnprocessedItems: { t: [{ PutRequest: { Item } }, { DeleteRequest: { Key } }] } },
          ] as const,
      ),
  );

  it('reads the same', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async ([call, answer]) => {
        service.answer = json(200, JSON.stringify(answer, base64));
        const expected = await outcomeOf(reference, call);
        expect(await outcomeOf(ours, call)).toEqual(expected);
        if (!('Responses' in answer)) expect(expected).toEqual(answer);
      }),
      { numRuns: 150 },
    );
  });

  it('gives bytes that are no Buffer, whose slices would share memory', async () => {
    service.answer = json(200, '{"Item":{"b":{"B":"AQI="}}}');
    const { Item } = await ours.call('GetItem', { TableName: 't', Key: {} });
    expect(Item?.['b']?.B?.constructor).toBe(Uint8Array);
  });
});

function base64(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
