import type { SQSClient } from '@aws-sdk/client-sqs';
import { type DeadLetter, SqsDeadLetters } from '../../aws/sqs/dead-letters.ts';
import { sdkQueueCalls } from '../../aws/sqs/queue-calls.ts';
import { decodeWakeUp } from '../../aws/sqs/wake-up-message.ts';
import { SqsWakeUpQueue } from '../../aws/sqs/wake-up-queue.ts';
import type { Clock } from '../../pipeline/ports.ts';
import type { BuriedWakeUp, DeadLetterBox, Letter, ReadableLetter } from './dead-letter-box.ts';

export interface QueueUrls {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** Less cannot be told from the way of an answer, whose date has whole seconds. */
const LEAST_CLOCK_ERROR_MS = 60_000;

/** The dead letters of a deployed pipeline. What is received is hidden for two minutes. */
export class SqsDeadLetterBox implements DeadLetterBox {
  readonly keptFrom = 'they were sent first';
  readonly #client: SQSClient;
  readonly #clock: Clock;
  readonly #urls: QueueUrls;
  readonly #deadLetters: SqsDeadLetters;
  /** As SQS knows those that were received and neither deleted nor released. */
  readonly #received = new Map<string, DeadLetter>();

  constructor(client: SQSClient, clock: Clock, urls: QueueUrls) {
    this.#client = client;
    this.#clock = clock;
    this.#urls = urls;
    this.#deadLetters = new SqsDeadLetters({ client, queueUrl: urls.deadLetterQueueUrl, clock });
  }

  count(): Promise<{ readonly total: number; readonly hidden: number }> {
    return this.#deadLetters.count();
  }

  async receive(max: number): Promise<readonly Letter[]> {
    const received = await this.#deadLetters.receive(max);
    for (const letter of received) this.#received.set(letter.messageId, letter);
    return received.map(({ messageId, body }) => ({ messageId, content: read(body) }));
  }

  /** The fragments of a tenant are found under its name only, so that its wake-ups have to name it again. */
  async send(letters: readonly ReadableLetter[]): Promise<readonly ReadableLetter[]> {
    for (const [tenant, ofTenant] of Map.groupBy(letters, ({ content }) => content.tenant)) {
      const queue = new SqsWakeUpQueue({
        client: sdkQueueCalls(this.#client),
        ...this.#urls,
        clock: this.#clock,
        ...(tenant !== undefined && { tenant }),
      });
      const wakeUps = ofTenant.map(({ content: { dueAtMs, fragments, receivedAtMs, restores } }) => {
        const kept = { ...(receivedAtMs !== undefined && { receivedAtMs }), ...(restores && { restores }) };
        return { dueAtMs, attempt: 0, fragments, ...kept };
      });
      await queue.send(wakeUps.map((wakeUp) => ({ wakeUp, delaySeconds: 0 })));
    }
    return letters;
  }

  delete(letters: readonly Letter[]): Promise<number> {
    return this.#deadLetters.delete(this.#take(letters));
  }

  release(letters: readonly Letter[]): Promise<void> {
    return this.#deadLetters.release(this.#take(letters));
  }

  /**
   * The clock of this machine, corrected by what the SDK learns from the answers of SQS: a clock that is ahead must not make
   * wake-ups expire that others can still decide.
   */
  nowMs(): number {
    const { systemClockOffset } = this.#client.config;
    return this.#clock.now() + (Math.abs(systemClockOffset) < LEAST_CLOCK_ERROR_MS ? 0 : systemClockOffset);
  }

  #take(letters: readonly Letter[]): readonly DeadLetter[] {
    return letters.flatMap(({ messageId }) => {
      const letter = this.#received.get(messageId);
      this.#received.delete(messageId);
      return letter ?? [];
    });
  }
}

function read(body: string): BuriedWakeUp | Error {
  try {
    return decodeWakeUp(body);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
