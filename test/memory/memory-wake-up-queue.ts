import { assertDelaySeconds } from '../../lib/pipeline/adapter-rules.ts';
import type { Clock, DelayedWakeUp, WakeUp, WakeUpQueue } from '../../lib/pipeline/ports.ts';

export interface ReceivedWakeUp {
  /** Names this delivery; stays valid until it is acknowledged. */
  readonly receiptHandle: string;
  readonly wakeUp: WakeUp;
  /** How often the message has been delivered, this delivery included. */
  readonly receiveCount: number;
}

export interface MemoryWakeUpQueueOptions {
  readonly clock: Clock;
  /** How long a delivered message stays hidden before it is delivered again. @default 60 s */
  readonly visibilityTimeoutMs?: number;
  /** Deliveries after which an unacknowledged message goes to the dead letters. @default never */
  readonly maxReceiveCount?: number;
}

interface Message {
  readonly wakeUp: WakeUp;
  visibleAtMs: number;
  receiveCount: number;
}

/** An SQS queue for tests: delays, visibility timeout, redelivery and dead letters, all by the given clock. */
export class MemoryWakeUpQueue implements WakeUpQueue {
  readonly #clock: Clock;
  readonly #visibilityTimeoutMs: number;
  readonly #maxReceiveCount: number;
  readonly #messages = new Map<string, Message>();
  readonly #deadLetters: WakeUp[] = [];
  #sent = 0;

  constructor(options: MemoryWakeUpQueueOptions) {
    this.#clock = options.clock;
    this.#visibilityTimeoutMs = options.visibilityTimeoutMs ?? 60_000;
    this.#maxReceiveCount = options.maxReceiveCount ?? Number.POSITIVE_INFINITY;
  }

  async send(wakeUps: readonly DelayedWakeUp[]): Promise<void> {
    for (const { delaySeconds } of wakeUps) assertDelaySeconds(delaySeconds);
    for (const { wakeUp, delaySeconds } of wakeUps) {
      this.#sent += 1;
      this.#messages.set(`m${this.#sent}`, {
        wakeUp: structuredClone(wakeUp),
        visibleAtMs: this.#clock.now() + delaySeconds * 1000,
        receiveCount: 0,
      });
    }
  }

  async sendToDeadLetters(wakeUps: readonly WakeUp[]): Promise<void> {
    this.#deadLetters.push(...structuredClone(wakeUps));
  }

  /** Delivers up to `max` visible messages, oldest first, and hides them for the visibility timeout. */
  receive(max = 10): readonly ReceivedWakeUp[] {
    const nowMs = this.#clock.now();
    const received: ReceivedWakeUp[] = [];
    for (const [receiptHandle, message] of this.#messages) {
      if (received.length === max) break;
      if (message.visibleAtMs > nowMs) continue;
      if (message.receiveCount >= this.#maxReceiveCount) {
        this.#messages.delete(receiptHandle);
        this.#deadLetters.push(message.wakeUp);
        continue;
      }
      message.receiveCount += 1;
      message.visibleAtMs = nowMs + this.#visibilityTimeoutMs;
      received.push({ receiptHandle, wakeUp: structuredClone(message.wakeUp), receiveCount: message.receiveCount });
    }
    return received;
  }

  /** Deletes a delivered message. Nothing happens when it is gone already. */
  acknowledge(receiptHandle: string): void {
    this.#messages.delete(receiptHandle);
  }

  /** Messages neither acknowledged nor dead: delayed, visible and in flight. */
  get pendingCount(): number {
    return this.#messages.size;
  }

  /** When the next message becomes visible (perhaps in the past); undefined when there is none. */
  nextVisibleAtMs(): number | undefined {
    if (this.#messages.size === 0) return undefined;
    return Math.min(...[...this.#messages.values()].map(({ visibleAtMs }) => visibleAtMs));
  }

  get deadLetters(): readonly WakeUp[] {
    return this.#deadLetters;
  }
}
