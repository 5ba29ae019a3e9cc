import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetQueueAttributesCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { decodeWakeUp } from '../../../lib/aws/sqs/wake-up-message.ts';

/** How the wake-up queue delivers while nothing attacks it: sooner again than it is deployed with, which is harder. */
const USUAL = { visibilitySeconds: 60, deliveries: 10 };
const PAUSE_MS = 1_000;
/** The numbers of a queue are those of moments that differ. */
const EMPTY_LOOKS = 3;

export interface QueueUrls {
  readonly wakeUps: string;
  readonly deadLetters: string;
}

/** The wake-up queue and its dead letters, as an operator sees and changes them. */
export class Queues {
  readonly #client: SQSClient;
  readonly #urls: QueueUrls;
  /** Messages that wait, are delayed, or are being decided. */
  waiting = 0;

  constructor(client: SQSClient, urls: QueueUrls) {
    this.#client = client;
    this.#urls = urls;
  }

  /** How soon what is not decided comes again, and how often until it becomes a dead letter. */
  async deliver({ visibilitySeconds, deliveries } = USUAL): Promise<void> {
    const { RedrivePolicy = '{}' } = await this.#attributes(this.#urls.wakeUps, ['RedrivePolicy']);
    const Attributes = {
      VisibilityTimeout: String(visibilitySeconds),
      RedrivePolicy: JSON.stringify({ ...JSON.parse(RedrivePolicy), maxReceiveCount: deliveries }),
    };
    await this.#client.send(new SetQueueAttributesCommand({ QueueUrl: this.#urls.wakeUps, Attributes }));
  }

  async look(): Promise<void> {
    this.waiting = await this.#count(this.#urls.wakeUps);
  }

  /** Resolves when nothing waits for its decision any more, or the time is over. */
  async drain(seconds: number): Promise<void> {
    const endMs = performance.now() + seconds * 1_000;
    for (let empty = 0; empty < EMPTY_LOOKS && performance.now() < endMs; await sleep(PAUSE_MS)) {
      await this.look();
      empty = this.waiting === 0 ? empty + 1 : 0;
    }
  }

  countDeadLetters(): Promise<number> {
    return this.#count(this.#urls.deadLetters);
  }

  /** The IDs of all traces that dead letters name. They are hidden for a moment only. */
  async tracesOfDeadLetters(): Promise<ReadonlySet<string>> {
    const seen = new Set<string>();
    const traces = new Set<string>();
    const receive = new ReceiveMessageCommand({
      QueueUrl: this.#urls.deadLetters,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 20,
    });
    for (;;) {
      const { Messages = [] } = await this.#client.send(receive);
      const fresh = Messages.filter(({ MessageId = '' }) => !seen.has(MessageId));
      if (fresh.length === 0) break;
      for (const { MessageId = '', Body = '' } of fresh) {
        seen.add(MessageId);
        for (const { traceId } of decodeWakeUp(Body).fragments) traces.add(traceId);
      }
    }
    await sleep(21_000);
    return traces;
  }

  async #count(url: string): Promise<number> {
    const names = ['', 'NotVisible', 'Delayed'].map(
      (kind) => `ApproximateNumberOfMessages${kind}` as QueueAttributeName,
    );
    const attributes = await this.#attributes(url, names);
    return names.reduce((sum, name) => sum + Number(attributes[name]), 0);
  }

  async #attributes(QueueUrl: string, AttributeNames: QueueAttributeName[]): Promise<Partial<Record<string, string>>> {
    const { Attributes = {} } = await this.#client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    return Attributes;
  }
}
