import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { forEachBounded } from '../../lib/aws/for-each-bounded.ts';
import { decodeWakeUp, type WakeUpMessage } from '../../lib/aws/sqs/wake-up-message.ts';
import type { DecideResult, ReceivedWakeUp } from '../../lib/pipeline/decide/decide.ts';
import type { InvocationMetrics } from '../shared/invocation-metrics.ts';
import type { Log } from '../shared/log.ts';
import type { TimeLeft } from './time-left.ts';

/** Decides the traces of one tenant. */
export type DecideForTenant = (
  tenant: string | undefined,
  received: readonly ReceivedWakeUp[],
) => Promise<DecideResult>;

export interface DecideHandlerDeps {
  /** Called once for each invocation, so that one version of the policies decides all of it. */
  readonly begin: (timeLeft: TimeLeft | undefined) => Promise<DecideForTenant>;
  readonly log: Log;
  readonly metrics: InvocationMetrics;
}

/** Without a context, time does not run out. */
export type DecideHandler = (event: SQSEvent, context?: TimeLeft) => Promise<SQSBatchResponse>;

/** Each has rounds of its own in memory. */
const TENANTS_AT_ONCE = 4;

/**
 * The Lambda handler behind the wake-up queue. It reports failures message by message, so its event source must have
 * `ReportBatchItemFailures` switched on: without it a failed message would be deleted with the others.
 */
export function createHandler(deps: DecideHandlerDeps): DecideHandler {
  return async (event, context) => {
    try {
      return await handleBatch(event, context, deps);
    } finally {
      deps.metrics.flush();
    }
  };
}

async function handleBatch(
  event: SQSEvent,
  timeLeft: TimeLeft | undefined,
  { begin, log, metrics }: DecideHandlerDeps,
): Promise<SQSBatchResponse> {
  const decide = await begin(timeLeft);
  const { groups, unreadable } = byTenant(recordsOf(event, log), log);
  metrics.add('unreadable_wake_ups', unreadable.length);
  const failed = [...unreadable];
  const errors: unknown[] = [];
  await forEachBounded([...groups], TENANTS_AT_ONCE, async ([tenant, received]) => {
    try {
      const { failedMessageIds, summary } = await decide(tenant, received);
      failed.push(...failedMessageIds);
      const { lateAgesMs, ...counts } = summary;
      const maxLateAgeMs = Math.max(0, ...lateAgesMs);
      const level = summary.failures.length > 0 ? 'warn' : 'info';
      const failedMessages = failedMessageIds.length;
      log[level]('decision batch', { ...owner(tenant), ...counts, maxLateAgeMs, failedMessages });
    } catch (error) {
      log.error('decision batch failed', { ...owner(tenant), messages: received.length, error });
      errors.push(error);
      failed.push(...received.map(({ messageId }) => messageId));
    }
  });
  // Nothing was done: then the invocation counts as failed, too.
  if (errors.length > 0 && errors.length === groups.size) throw errors[0];
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** A function may be invoked with anything: tests of the console, schedules that keep it warm. They have nothing to decide. */
function recordsOf(event: Partial<SQSEvent> | null, log: Log): readonly SQSRecord[] {
  const records: unknown = event?.Records;
  const messages = Array.isArray(records) ? records.filter(isRecord) : [];
  if (!Array.isArray(records) || messages.length < records.length) {
    log.warn('event is not a batch of SQS messages', { messages: messages.length });
  }
  return messages;
}

/** A record without an ID is not a message of SQS, and could not be reported as failed. */
function isRecord(record: unknown): record is SQSRecord {
  return typeof record === 'object' && record !== null && 'messageId' in record && typeof record.messageId === 'string';
}

function byTenant(records: readonly SQSRecord[], log: Log) {
  const groups = new Map<string | undefined, ReceivedWakeUp[]>();
  const unreadable: string[] = [];
  for (const record of records) {
    const message = tryDecode(record, log);
    if (message === undefined) {
      unreadable.push(record.messageId);
      continue;
    }
    const { tenant, ...wakeUp } = message;
    const group = groups.get(tenant) ?? [];
    groups.set(tenant, group);
    group.push({ messageId: record.messageId, wakeUp });
  }
  return { groups, unreadable };
}

/** A message that cannot be read comes back until the queue gives it to the dead letters. */
function tryDecode(record: SQSRecord, log: Log): WakeUpMessage | undefined {
  try {
    return decodeWakeUp(record.body);
  } catch (error) {
    log.error('wake-up cannot be read', { messageId: record.messageId, error });
    return undefined;
  }
}

function owner(tenant: string | undefined): { readonly tenant?: string } {
  return tenant === undefined ? {} : { tenant };
}
