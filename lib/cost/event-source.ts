import { WAKE_UP_BATCH_SIZE, WAKE_UP_BATCH_WINDOW_SECONDS } from '../cdk/deployment-defaults.ts';

/** How Lambda's event source gathers wake-ups into batches for the decide function. */
export interface EventSource {
  /** Most messages in a batch. */
  readonly batchSize: number;
  /** Longest time that Lambda waits to fill a batch. */
  readonly windowSeconds: number;
}

export const DEFAULT_EVENT_SOURCE: EventSource = {
  batchSize: WAKE_UP_BATCH_SIZE,
  windowSeconds: WAKE_UP_BATCH_WINDOW_SECONDS,
};

/** Lambda starts with five pollers, and five suffice as long as decide finishes batches faster than they fill. */
export const POLLERS = 5;
/** An SDK exports every five seconds, so the requests of one trace arrive within this time. */
const TRACE_SPREAD_SECONDS = 5;

/** The batches that a given rate of messages produces. */
export interface Batching {
  readonly messagesPerBatch: number;
  /** Number of batches among which the messages of one trace are distributed. */
  readonly openBatches: number;
}

export function batchingAt(messagesPerSecond: number, { batchSize, windowSeconds }: EventSource): Batching {
  const messagesPerBatch = Math.min(batchSize, Math.max(1, (messagesPerSecond * windowSeconds) / POLLERS));
  const fillSeconds = (messagesPerBatch * POLLERS) / messagesPerSecond;
  return { messagesPerBatch, openBatches: Math.round(POLLERS * Math.max(1, TRACE_SPREAD_SECONDS / fillSeconds)) };
}
