import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { decodeWakeUp } from '../../lib/adapters/sqs/wake-up-message.ts';
import type { DecideResult, ReceivedWakeUp } from '../../lib/pipeline/decide.ts';
import type { InvocationMetrics } from '../shared/invocation-metrics.ts';
import type { Log } from '../shared/log.ts';

export interface DecideHandlerDeps {
  readonly decide: (received: readonly ReceivedWakeUp[]) => Promise<DecideResult>;
  readonly log: Log;
  readonly metrics: InvocationMetrics;
}

export type DecideHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

/**
 * The Lambda handler behind the wake-up queue. It reports failures message by message, so its event source must have
 * `ReportBatchItemFailures` switched on: without it a failed message would be deleted with the others.
 */
export function createHandler(deps: DecideHandlerDeps): DecideHandler {
  return async (event) => {
    try {
      return await handleBatch(event, deps);
    } finally {
      deps.metrics.flush();
    }
  };
}

async function handleBatch(event: SQSEvent, { decide, log, metrics }: DecideHandlerDeps): Promise<SQSBatchResponse> {
  const received: ReceivedWakeUp[] = [];
  const failed: string[] = [];
  for (const record of event.Records) {
    const wakeUp = tryDecode(record, log);
    if (wakeUp === undefined) failed.push(record.messageId);
    else received.push({ messageId: record.messageId, wakeUp });
  }
  metrics.add('unreadable_wake_ups', failed.length);
  const { failedMessageIds, summary } = await decide(received);
  const { lateAgesMs, ...counts } = summary;
  const maxLateAgeMs = Math.max(0, ...lateAgesMs);
  const level = summary.failures.length > 0 ? 'warn' : 'info';
  log[level]('decision batch', { ...counts, maxLateAgeMs, failedMessages: failed.length + failedMessageIds.length });
  return { batchItemFailures: [...failed, ...failedMessageIds].map((itemIdentifier) => ({ itemIdentifier })) };
}

/** A message that cannot be read comes back until the queue gives it to the dead letters. */
function tryDecode(record: SQSRecord, log: Log): ReceivedWakeUp['wakeUp'] | undefined {
  try {
    return decodeWakeUp(record.body);
  } catch (error) {
    log.error('wake-up cannot be read', { messageId: record.messageId, error });
    return undefined;
  }
}
