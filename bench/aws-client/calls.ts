import type { ServiceClients } from '../../functions/shared/services.ts';
import type { Clients } from './clients.ts';
import { microsSince, type Work } from './rate.ts';

const CALLS_PER_ROUND = 300;
const IN_FLIGHT = 4;
const TABLE = 'calls';

/** The calls of the hot path, four at a time. */
export function callsOf(clients: Clients): readonly Work[] {
  const traceId = 'c'.repeat(32);
  const items = Array.from({ length: 25 }, (_, index) => ({
    traceId: { S: index < 3 ? traceId : `${'d'.repeat(30)}${index + 10}` },
    sk: { S: `f#${String(index).padStart(16, 'h')}` },
    expiresAt: { N: '1795262430' },
    r: { N: '1795262430123' },
    n: { N: '9' },
    p: { B: Uint8Array.from({ length: 1100 }, (_byte, at) => (at * at * 31 + index * 7) % 251) },
  }));
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  const keys = items.slice(0, 3).map(({ traceId, sk }) => ({ traceId, sk }));
  const query = {
    TableName: TABLE,
    ConsistentRead: true,
    KeyConditionExpression: '#traceId = :traceId',
    ExpressionAttributeNames: { '#traceId': 'traceId' },
    ExpressionAttributeValues: { ':traceId': { S: traceId } },
  };
  const message = JSON.stringify(Array.from({ length: 64 }, (_, index) => [traceId, `${index}`.padStart(16, 'h')]));
  const send = { QueueUrl: 'https://sqs/1/calls', Entries: [{ Id: '0', MessageBody: message, DelaySeconds: 30 }] };
  return [
    call('BatchWriteItem of 25 items of 1.1 KB', ({ dynamoDb }) =>
      dynamoDb.call('BatchWriteItem', { RequestItems: { [TABLE]: requests } }),
    ),
    call('Query that finds 3 items', async ({ dynamoDb }) => (await dynamoDb.call('Query', query)).Items),
    call('BatchGetItem of 3 items', async ({ dynamoDb }) => {
      const { Responses } = await dynamoDb.call('BatchGetItem', { RequestItems: { [TABLE]: { Keys: keys } } });
      return Responses?.[TABLE];
    }),
    call('SendMessageBatch of one wake-up', async ({ sqs }) => (await sqs.call('SendMessageBatch', send)).Successful),
  ];

  function call(name: string, make: (clients: ServiceClients) => Promise<unknown>): Work {
    return {
      run: async (side) => {
        const worker = async () => {
          for (let n = 0; n < CALLS_PER_ROUND / IN_FLIGHT; n++) await make(clients[side]);
        };
        const before = process.cpuUsage();
        await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
        const micros = { [name]: microsSince(before) / CALLS_PER_ROUND };
        return { micros, answer: withoutMetadata(await make(clients[side])) };
      },
    };
  }
}

function withoutMetadata(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return answer;
  const { $metadata: _, ...rest } = answer as Record<string, unknown>;
  return rest;
}
