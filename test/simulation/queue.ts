import type { DeleteMessageBatchRequest, SendMessageBatchRequest, SendMessageBatchResult } from '@aws-sdk/client-sqs';
import type { QueueCalls, QueueOperations } from '../../lib/aws/sqs/queue-calls.ts';
import { decodeWakeUp, type WakeUpMessage } from '../../lib/aws/sqs/wake-up-message.ts';
import type { Random } from '../../lib/traffic/random.ts';
import { shortName } from './names.ts';
import type { Network } from './network.ts';
import type { Process } from './scheduler.ts';

export const QUEUE_URL = 'https://sqs.simulated/wake-ups';
export const DEAD_LETTER_URL = 'https://sqs.simulated/dead-letters';

/** A message as it is delivered. */
export interface Message {
  readonly id: string;
  readonly body: string;
  /** Deliveries so far, this one included. */
  readonly receiveCount: number;
}

interface SqsMessage extends Omit<Message, 'receiveCount'> {
  visibleAtMs: number;
  receiveCount: number;
}

/** Then SQS moves it to the dead letters. */
const MAX_RECEIVE_COUNT = 12;

export interface SimulatedQueueDeps {
  readonly network: Network;
  readonly now: () => number;
  readonly random: Random;
  /** Called with each time at which a message becomes visible. */
  readonly onVisible: (visibleAtMs: number) => void;
}

/** SQS: the queue of wake-ups, and that of dead letters. */
export class SimulatedQueue {
  readonly #deps: SimulatedQueueDeps;
  readonly #messages = new Map<string, SqsMessage>();
  readonly #deadLetters = new Map<string, SqsMessage>();
  /** `[tenant/]trace/hash` of every fragment that a message has ever named. */
  readonly named = new Set<string>();
  #sentCount = 0;

  constructor(deps: SimulatedQueueDeps) {
    this.#deps = deps;
  }

  client(process: Process): QueueCalls {
    const isOfIngest = process.name.startsWith('ingest');
    const send = (input: SendMessageBatchRequest) =>
      this.#deps.network.call(process, {
        name: input.QueueUrl === DEAD_LETTER_URL ? 'dead letter' : isOfIngest ? 'send' : 'continue',
        about: () => (input.Entries ?? []).map(({ MessageBody = '' }) => describeBody(MessageBody)).join('; '),
        apply: () => this.#send(input, false),
        applyPartly: () => this.#send(input, true),
        describe: ({ Failed }) => (Failed === undefined ? 'ok' : 'ok, in part'),
      });
    const remove = ({ Entries = [] }: DeleteMessageBatchRequest) =>
      this.#deps.network.call(process, {
        name: 'delete',
        about: () => Entries.map(({ ReceiptHandle }) => ReceiptHandle).join(' '),
        apply: () => {
          for (const { ReceiptHandle = '' } of Entries) this.#messages.delete(ReceiptHandle);
          return {};
        },
      });
    return {
      call: <Name extends keyof QueueOperations>(operation: Name, input: QueueOperations[Name]['input']) => {
        const answer =
          operation === 'SendMessageBatch'
            ? send(input as SendMessageBatchRequest)
            : remove(input as DeleteMessageBatchRequest);
        return answer as Promise<QueueOperations[Name]['output']>;
      },
    };
  }

  /** Some of the messages that are visible, in any order. Each is hidden for as long as is said. */
  async receive(size: number, hiddenMs: () => number): Promise<readonly Message[]> {
    const nowMs = this.#deps.now();
    const visible = [...this.#messages.values()].filter(({ visibleAtMs }) => visibleAtMs <= nowMs);
    const batch: Message[] = [];
    while (batch.length < size && visible.length > 0) {
      const [message] = visible.splice(Math.floor(this.#deps.random.between(0, visible.length)), 1);
      if (message === undefined) break;
      if (message.receiveCount >= MAX_RECEIVE_COUNT) {
        this.#messages.delete(message.id);
        this.#deadLetters.set(message.id, message);
        continue;
      }
      message.receiveCount += 1;
      message.visibleAtMs = nowMs + hiddenMs();
      this.#deps.onVisible(message.visibleAtMs);
      batch.push({ ...message });
    }
    return batch;
  }

  async delete(id: string): Promise<void> {
    this.#messages.delete(id);
  }

  deadLetters(): readonly string[] {
    return [...this.#deadLetters.values()].map(({ body }) => body);
  }

  /** What `tailgate redrive` does. */
  async sendBack(): Promise<void> {
    const bodies = this.deadLetters();
    this.#deadLetters.clear();
    for (const body of bodies) this.#sendOne(body.replace(/"attempt":\d+/, '"attempt":0'), 0);
  }

  #sendOne(body: string, delaySeconds: number): void {
    const visibleAtMs = this.#deps.now() + delaySeconds * 1000;
    this.#add(this.#messages, body, visibleAtMs);
    this.#deps.onVisible(visibleAtMs);
  }

  #send({ QueueUrl, Entries = [] }: SendMessageBatchRequest, isPartial: boolean): SendMessageBatchResult {
    // The first ones fail: in an order that the sender does not expect.
    const failedCount = isPartial ? (Entries.length + 1) >> 1 : 0;
    const sent = Entries.slice(failedCount);
    for (const { MessageBody = '', DelaySeconds = 0 } of sent) {
      if (QueueUrl === DEAD_LETTER_URL) this.#add(this.#deadLetters, MessageBody, this.#deps.now());
      else this.#sendOne(MessageBody, DelaySeconds);
    }
    const failed = Entries.slice(0, failedCount).map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false }));
    const successful = sent.map(({ Id }) => ({ Id, MessageId: 'any', MD5OfMessageBody: 'any' }));
    return { Successful: successful, ...(failed.length > 0 && { Failed: failed }) } as SendMessageBatchResult;
  }

  #add(queue: Map<string, SqsMessage>, body: string, visibleAtMs: number): void {
    this.#sentCount += 1;
    const id = `m${this.#sentCount}`;
    queue.set(id, { id, body, visibleAtMs, receiveCount: 0 });
    for (const name of namesIn(decodeWakeUp(body))) this.named.add(name);
  }
}

/** `[tenant/]trace/hash` of what a wake-up names. */
export function namesIn({ tenant, fragments }: WakeUpMessage): readonly string[] {
  const prefix = tenant === undefined ? '' : `${tenant}/`;
  return fragments.map(({ traceId, hash }) => `${prefix}${traceId}/${hash}`);
}

export function describeBody(body: string): string {
  const wakeUp = decodeWakeUp(body);
  const names = namesIn(wakeUp).map(shortName);
  return `${wakeUp.attempt > 0 ? `attempt ${wakeUp.attempt}: ` : ''}${names.join(' ')}`;
}
