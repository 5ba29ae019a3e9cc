import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { DecideHandler } from '../../../functions/decide/handler.ts';
import type { Log } from '../../../functions/shared/logger.ts';

export interface EventSourceOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly handler: DecideHandler;
  readonly log: Log;
}

/** SQS's limit for one receive and for one delete. */
const RECEIVE_COUNT = 10;
/**
 * Messages per batch: enough for good archive objects, few enough to finish before the messages become visible again.
 */
const BATCH_SIZE = 25;
const LONG_POLL_SECONDS = 20;
const PAUSE_AFTER_ERROR_MS = 1_000;

/**
 * Replaces the SQS event source of Lambda: receives batches of wake-ups, calls the handler, and deletes the messages
 * that the handler did not report as failed.
 */
export function startEventSource(options: EventSourceOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const stopped = run(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await stopped;
    },
  };
}

async function run(options: EventSourceOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const messages = await receiveBatch(options, signal);
      if (messages.length > 0) await handleBatch(options, messages);
    } catch (error) {
      if (signal.aborted) return;
      options.log.error('event source failed', { error });
      await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_ERROR_MS));
    }
  }
}

/** Waits for one message, then takes all that are available, up to the size of a batch. */
async function receiveBatch(options: EventSourceOptions, signal: AbortSignal): Promise<Message[]> {
  const messages = await receive(options, LONG_POLL_SECONDS, signal);
  while (messages.length > 0 && messages.length < BATCH_SIZE) {
    const more = await receive(options, 0, signal);
    if (more.length === 0) break;
    messages.push(...more);
  }
  return messages;
}

async function receive(
  { client, queueUrl }: EventSourceOptions,
  waitSeconds: number,
  signal: AbortSignal,
): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: RECEIVE_COUNT,
    WaitTimeSeconds: waitSeconds,
    MessageSystemAttributeNames: ['All'],
  });
  return (await client.send(command, { abortSignal: signal })).Messages ?? [];
}

async function handleBatch({ client, queueUrl, handler }: EventSourceOptions, messages: Message[]): Promise<void> {
  const { batchItemFailures } = await handler(sqsEvent(messages));
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const done = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
  for (let start = 0; start < done.length; start += RECEIVE_COUNT) {
    const Entries = done
      .slice(start, start + RECEIVE_COUNT)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

function sqsEvent(messages: readonly Message[]): SQSEvent {
  return {
    Records: messages.map(
      (message): SQSRecord => ({
        messageId: message.MessageId ?? '',
        receiptHandle: message.ReceiptHandle ?? '',
        body: message.Body ?? '',
        attributes: {
          ApproximateReceiveCount: message.Attributes?.ApproximateReceiveCount ?? '1',
          SentTimestamp: message.Attributes?.SentTimestamp ?? '',
          SenderId: message.Attributes?.SenderId ?? '',
          ApproximateFirstReceiveTimestamp: message.Attributes?.ApproximateFirstReceiveTimestamp ?? '',
        },
        messageAttributes: {},
        md5OfBody: message.MD5OfBody ?? '',
        eventSource: 'aws:sqs',
        eventSourceARN: '',
        awsRegion: 'us-east-1',
      }),
    ),
  };
}
