import { hash } from 'node:crypto';
import {
  DeleteMessageBatchCommand,
  type DeleteMessageBatchRequest,
  type DeleteMessageBatchResult,
  SendMessageBatchCommand,
  type SendMessageBatchRequest,
  type SendMessageBatchResult,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { ServiceCalls } from '../calls/service-calls.ts';
import { SignedCalls, type SignedCallsDeps } from '../calls/signed-calls.ts';

/** The operations of SQS that the wake-up queue uses. */
export interface QueueOperations {
  readonly SendMessageBatch: { readonly input: SendMessageBatchRequest; readonly output: SendMessageBatchResult };
  readonly DeleteMessageBatch: { readonly input: DeleteMessageBatchRequest; readonly output: DeleteMessageBatchResult };
}

export type QueueCalls = ServiceCalls<QueueOperations>;

/** With the SDK's client, for programs that make other calls of SQS as well. */
export function sdkQueueCalls(client: SQSClient): QueueCalls {
  return {
    call: <Name extends keyof QueueOperations>(operation: Name, input: QueueOperations[Name]['input']) => {
      const isSend = operation === 'SendMessageBatch';
      const command = isSend
        ? new SendMessageBatchCommand(input as SendMessageBatchRequest)
        : new DeleteMessageBatchCommand(input as DeleteMessageBatchRequest);
      // The types of the SDK do not say what belongs to a command that is chosen by name.
      return client.send(command as SendMessageBatchCommand) as Promise<QueueOperations[Name]['output']>;
    },
  };
}

export interface SignedQueueCallsDeps extends Omit<SignedCallsDeps, 'endpoint'> {
  /** @default the host that the URL of a queue names, as the SDK's client does it */
  readonly endpoint?: string;
}

/** Calls of SQS without the SDK's client. */
export class SignedQueueCalls implements QueueCalls {
  readonly #deps: SignedQueueCallsDeps;
  /** By endpoint: a queue and its dead-letter queue have the same. */
  readonly #calls = new Map<string, SignedCalls<QueueOperations>>();

  constructor(deps: SignedQueueCallsDeps) {
    this.#deps = deps;
  }

  /** @throws as {@link SignedCalls.call} does. @throws {Error} when SQS got something else than was sent */
  async call<Name extends keyof QueueOperations>(
    operation: Name,
    input: QueueOperations[Name]['input'],
  ): Promise<QueueOperations[Name]['output']> {
    const endpoint = this.#deps.endpoint ?? new URL(input.QueueUrl ?? '').origin;
    const output = await this.#callsAt(endpoint).call(operation, input);
    if (operation === 'SendMessageBatch')
      assertReceived(input as SendMessageBatchRequest, output as SendMessageBatchResult);
    return output;
  }

  #callsAt(endpoint: string): SignedCalls<QueueOperations> {
    const known = this.#calls.get(endpoint);
    if (known !== undefined) return known;
    const service = { name: 'sqs', target: 'AmazonSQS', version: '1.0' } as const;
    const calls = new SignedCalls<QueueOperations>(service, { ...this.#deps, endpoint });
    this.#calls.set(endpoint, calls);
    return calls;
  }

  destroy(): void {
    for (const calls of this.#calls.values()) calls.destroy();
  }
}

/** SQS says what it got of each message, by its MD5. */
function assertReceived({ Entries = [] }: SendMessageBatchRequest, { Successful = [] }: SendMessageBatchResult): void {
  const bodies = new Map(Entries.map(({ Id, MessageBody }) => [Id, MessageBody]));
  const wrong = Successful.filter(({ Id, MD5OfMessageBody }) => {
    const body = bodies.get(Id);
    return body !== undefined && MD5OfMessageBody !== hash('md5', body);
  });
  if (wrong.length === 0) return;
  throw new Error(`SQS received other messages than were sent: ${wrong.map(({ MessageId }) => MessageId).join(', ')}`);
}
