import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';

/** A message of the dead-letter queue, received, and hidden for two minutes. */
export interface DeadLetter {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
}

/** The most messages that SQS returns in one receive, and accepts in one batch. */
const MAX_BATCH = 10;
/** Much longer than it takes to move a batch. */
const HIDDEN_SECONDS = 120;
/** A long poll, however short, asks all servers of a queue: an empty answer means an empty queue. */
const LONG_POLL_SECONDS = 1;

export interface SqsDeadLettersDeps {
  /** Its time-out for a request must be longer than a long poll of 1 s. */
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/**
 * The queue of wake-ups that decide gave up, for the person who moves them (`tailgate redrive`). Every call throws an
 * `UnavailableError` when SQS does not answer in time.
 */
export class SqsDeadLetters {
  readonly #client: SQSClient;
  readonly #queueUrl: string;
  readonly #retryPolicy: RetryPolicy;

  constructor({ client, queueUrl, clock, ...options }: SqsDeadLettersDeps) {
    this.#client = client;
    this.#queueUrl = queueUrl;
    this.#retryPolicy = options.retryPolicy ?? retryPolicy(clock);
  }

  /** The approximate number of messages, and how many of them are hidden because they have been received. */
  async count(): Promise<{ readonly total: number; readonly hidden: number }> {
    const { Attributes = {} } = await this.#call('count', () =>
      this.#client.send(
        new GetQueueAttributesCommand({
          QueueUrl: this.#queueUrl,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      ),
    );
    const hidden = Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0);
    return { total: Number(Attributes.ApproximateNumberOfMessages ?? 0) + hidden, hidden };
  }

  /** Receives up to 10 messages that are not hidden; none when there are none. */
  async receive(max: number): Promise<readonly DeadLetter[]> {
    const { Messages = [] } = await this.#call('receive from', () =>
      this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#queueUrl,
          MaxNumberOfMessages: Math.min(max, MAX_BATCH),
          WaitTimeSeconds: LONG_POLL_SECONDS,
          VisibilityTimeout: HIDDEN_SECONDS,
        }),
      ),
    );
    return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '' }) => ({
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
    }));
  }

  /** Deletes up to 10 messages. Resolves to how many of them could not be deleted. */
  async delete(letters: readonly DeadLetter[]): Promise<number> {
    const Entries = letters.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
    const { Failed = [] } = await this.#call('delete from', () =>
      this.#client.send(new DeleteMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries })),
    );
    return Failed.length;
  }

  /** Makes the messages visible again at once. */
  async release(letters: readonly DeadLetter[]): Promise<void> {
    for (let start = 0; start < letters.length; start += MAX_BATCH) {
      const Entries = letters
        .slice(start, start + MAX_BATCH)
        .map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }));
      await this.#call('release in', () =>
        this.#client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#queueUrl, Entries })),
      );
    }
  }

  #call<Answer>(what: string, call: () => Promise<Answer>): Promise<Answer> {
    return retry(this.#retryPolicy, `${what} ${this.#queueUrl}`, call);
  }
}
