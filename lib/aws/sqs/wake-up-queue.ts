import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import type { TenantScope } from '../../archive/layout.ts';
import { assertDelaySeconds } from '../../pipeline/adapter-rules.ts';
import type { Clock, DelayedWakeUp, WakeUp, WakeUpQueue } from '../../pipeline/ports.ts';
import { forEachBounded } from '../for-each-bounded.ts';
import { Backoff, isRetryable, type RetryPolicy, retryPolicy, unavailable } from '../retry.ts';
import type { QueueCalls } from './queue-calls.ts';
import { encodeWakeUp } from './wake-up-message.ts';

export interface SqsWakeUpQueueDeps extends TenantScope {
  readonly client: QueueCalls;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/** SendMessageBatch takes 10 messages, and 1 MiB for all of them. */
const BATCH_SIZE = 10;
const BATCH_BYTES = 1024 * 1024;
const BATCHES_IN_FLIGHT = 4;

interface Message {
  readonly body: string;
  readonly delaySeconds: number;
}

/** Wake-ups as messages of a standard queue. A message is sent twice when the answer to the first call was lost. */
export class SqsWakeUpQueue implements WakeUpQueue {
  readonly #deps: SqsWakeUpQueueDeps;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: SqsWakeUpQueueDeps) {
    this.#deps = deps;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  /** @throws {RangeError} when a delay is not whole seconds from 0 to 900; nothing has been sent then */
  async send(wakeUps: readonly DelayedWakeUp[]): Promise<void> {
    for (const { delaySeconds } of wakeUps) assertDelaySeconds(delaySeconds);
    const messages = wakeUps.flatMap(({ wakeUp, delaySeconds }) =>
      encodeWakeUp(wakeUp, this.#deps).map((body) => ({ body, delaySeconds })),
    );
    await this.#sendAll(this.#deps.queueUrl, messages);
  }

  /** @throws {UnavailableError} */
  async sendToDeadLetters(wakeUps: readonly WakeUp[]): Promise<void> {
    const messages = wakeUps.flatMap((wakeUp) =>
      encodeWakeUp(wakeUp, this.#deps).map((body) => ({ body, delaySeconds: 0 })),
    );
    await this.#sendAll(this.#deps.deadLetterQueueUrl, messages);
  }

  async #sendAll(queueUrl: string, messages: readonly Message[]): Promise<void> {
    const deadlineMs = this.#retryPolicy.clock.now() + this.#retryPolicy.budgetMs;
    await forEachBounded(inBatches(messages), BATCHES_IN_FLIGHT, async (batch) => {
      const backoff = new Backoff(this.#retryPolicy, deadlineMs);
      let pending = batch;
      for (;;) {
        const attempt = await this.#sendBatch(queueUrl, pending);
        pending = attempt.unsent;
        if (pending.length === 0) return;
        if (!(await backoff.wait())) {
          throw unavailable(
            `send ${pending.length} of ${batch.length} messages to ${queueUrl}`,
            this.#retryPolicy,
            attempt.reason,
          );
        }
      }
    });
  }

  async #sendBatch(queueUrl: string, batch: readonly Message[]): Promise<{ unsent: Message[]; reason: unknown }> {
    const entries = batch.map(
      ({ body, delaySeconds }, index): SendMessageBatchRequestEntry => ({
        Id: String(index),
        MessageBody: body,
        DelaySeconds: delaySeconds,
      }),
    );
    try {
      const answer = await this.#deps.client.call('SendMessageBatch', { QueueUrl: queueUrl, Entries: entries });
      const failed = answer.Failed ?? [];
      const rejected = failed.find(({ SenderFault }) => SenderFault === true);
      if (rejected !== undefined) {
        throw new Error(`${queueUrl} rejected a wake-up: ${rejected.Code}: ${rejected.Message}`);
      }
      const failedIds = new Set(failed.map(({ Id }) => Id));
      return {
        unsent: batch.filter((_, index) => failedIds.has(String(index))),
        reason: `${failed[0]?.Code}: ${failed[0]?.Message}`,
      };
    } catch (error) {
      if (!isRetryable(error)) throw error;
      return { unsent: [...batch], reason: error };
    }
  }
}

function inBatches(messages: readonly Message[]): readonly (readonly Message[])[] {
  const batches: Message[][] = [];
  let batch: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (batch.length === BATCH_SIZE || bytes + message.body.length > BATCH_BYTES) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += message.body.length;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
