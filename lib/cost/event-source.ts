import { WAKE_UP_BATCH_SIZE, WAKE_UP_BATCH_WINDOW_SECONDS } from '../cdk/deployment-defaults.ts';

/** How Lambda's event source gathers wake-ups into batches for the decide function. */
export interface EventSource {
  /** Most messages of a batch. */
  readonly batchSize: number;
  /** Longest time that a batch waits for more. */
  readonly windowSeconds: number;
}

export const DEFAULT_EVENT_SOURCE: EventSource = {
  batchSize: WAKE_UP_BATCH_SIZE,
  windowSeconds: WAKE_UP_BATCH_WINDOW_SECONDS,
};

/** Lambda starts with five pollers, and five suffice as long as batches are done faster than they fill. */
export const POLLERS = 5;
/** An SDK sends what it has every five seconds, so that a trace's requests are so far apart. */
const TRACE_SPREAD_SECONDS = 5;

/** The batches that so many messages a second make. */
export interface Batching {
  readonly messagesPerBatch: number;
  /** Batches that the messages of one trace may be in. */
  readonly openBatches: number;
}

export function batchingAt(messagesPerSecond: number, { batchSize, windowSeconds }: EventSource): Batching {
  const messagesPerBatch = Math.min(batchSize, Math.max(1, (messagesPerSecond * windowSeconds) / POLLERS));
  const fillSeconds = (messagesPerBatch * POLLERS) / messagesPerSecond;
  return { messagesPerBatch, openBatches: Math.round(POLLERS * Math.max(1, TRACE_SPREAD_SECONDS / fillSeconds)) };
}
