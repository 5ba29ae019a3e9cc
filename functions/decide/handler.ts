import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { decodeWakeUp, type WakeUpMessage } from '../../lib/aws/sqs/wake-up-message.ts';
import { randomId } from '../../lib/aws/system.ts';
import { Decider } from '../../lib/pipeline/decide/decide-batch.ts';
import { DEFAULT_DECIDE_OPTIONS, type DecideOptions } from '../../lib/pipeline/decide/options.ts';
import type { Evaluate } from '../../lib/pipeline/ports.ts';
import { OneAtATime } from '../../lib/pipeline/trace-limits.ts';
import { type Decision, evaluatePolicies, restoredDecision } from '../../lib/sampling/evaluate-policies.ts';
import type { ConfigSource } from '../shared/live-config.ts';
import type { Log } from '../shared/logger.ts';
import { type InvocationMetrics, NO_METRICS } from '../shared/metrics.ts';
import { type PerTenant, perTenant, type Services } from '../shared/per-tenant.ts';
import { countDecisions } from './count-decisions.ts';
import {
  type AcknowledgeEarly,
  type DecideHandlerDeps,
  type DecideWakeUps,
  type DeliveredWakeUp,
  decideDelivered,
  ownerOf,
  type TimeLeft,
} from './decide-delivered.ts';

/** Time reserved for the end of an invocation: traces being examined, archive objects, messages for what is unsettled. */
const SAFETY_MARGIN_MS = 15_000;

export interface TimeChecks {
  /** Whether there is time for another trace. */
  readonly hasTime: () => boolean;
  /** Half of the margin is used up, by a trace that was slow: no policy may be evaluated any more. */
  readonly mustStop: () => boolean;
}

const UNLIMITED: TimeChecks = { hasTime: () => true, mustStop: () => false };

/** With a short timeout the margin is capped at half of it, so some work always gets done. */
export function timeChecks(context: TimeLeft): TimeChecks {
  const marginMs = Math.min(SAFETY_MARGIN_MS, context.getRemainingTimeInMillis() / 2);
  return {
    hasTime: () => context.getRemainingTimeInMillis() > marginMs,
    mustStop: () => context.getRemainingTimeInMillis() < marginMs / 2,
  };
}

export interface WireDecideDeps {
  readonly services: PerTenant<Services>;
  readonly config: ConfigSource;
  readonly log: Log;
  /** @default nothing is counted */
  readonly metrics?: InvocationMetrics;
  /** As in {@link DecideHandlerDeps}. */
  readonly acknowledge?: AcknowledgeEarly;
}

/** The decide handler on services of AWS, or of one machine. @param options by default for a function with a timeout of a minute */
export function wireDecide(deps: WireDecideDeps, options?: DecideOptions): DecideHandler {
  return createHandler(decideDeps(deps, options));
}

/** The same for a queue that hands over wake-ups, and no event of SQS. */
export function wireDecideWakeUps(deps: WireDecideDeps, options?: DecideOptions): DecideWakeUps {
  const handlerDeps = decideDeps(deps, options);
  return (delivered, timeLeft) => decideDelivered(delivered, timeLeft, handlerDeps, handlerDeps.acknowledge);
}

function decideDeps(
  { services, config, log, metrics = NO_METRICS, acknowledge }: WireDecideDeps,
  options: DecideOptions = DEFAULT_DECIDE_OPTIONS,
): DecideHandlerDeps {
  const largeTraces = new OneAtATime();
  const deciders = perTenant((tenant) => new Decider({ ...services(tenant), newId: randomId, largeTraces }, options));
  return {
    begin: async (timeLeft) => {
      const { hasTime, mustStop } = timeLeft === undefined ? UNLIMITED : timeChecks(timeLeft);
      warnOfTimeout(timeLeft, options, log);
      const policies = await config.current();
      const evaluate: Evaluate = (...args) => evaluatePolicies(policies, ...args);
      const restore = (decision: Decision) => restoredDecision(decision, policies);
      return async (tenant, received) => {
        const result = await deciders(tenant).decideBatch({
          received,
          evaluate,
          policies: policies.fingerprint,
          restore,
          hasTime,
          mustStop,
        });
        countDecisions(metrics, result.summary, policies.policies);
        if (hasTime()) await services(tenant).trainer?.trainIfDue();
        return result;
      };
    },
    log,
    metrics,
    ...(acknowledge !== undefined && { acknowledge }),
  };
}

/** With too long a timeout, claims of an owner that is still at work get fenced: nothing is lost, but its work is repeated. */
function warnOfTimeout(timeLeft: TimeLeft | undefined, { claimTimeoutMs }: DecideOptions, log: Log): void {
  const remainingMs = timeLeft?.getRemainingTimeInMillis() ?? 0;
  if (remainingMs < claimTimeoutMs) return;
  log.warn('function timeout is too long', { remainingMs, claimTimeoutMs, expected: 'less than claimTimeoutMs' });
}

/** Without a context, time is unlimited. */
export type DecideHandler = (event: SQSEvent, context?: TimeLeft) => Promise<SQSBatchResponse>;

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
  deps: DecideHandlerDeps,
): Promise<SQSBatchResponse> {
  const records = recordsOf(event, deps.log);
  const { delivered, unreadable } = readMessages(records, deps.log);
  deps.metrics.add('unreadable_wake_ups', unreadable.length);
  const receipts = new Map(records.map(({ messageId, receiptHandle }) => [messageId, receiptHandle]));
  const acknowledge: AcknowledgeEarly = async (ids) => deps.acknowledge?.(ids.flatMap((id) => receipts.get(id) ?? []));
  const failed = [...unreadable, ...(await decideDelivered(delivered, timeLeft, deps, acknowledge))];
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** A function may be invoked with any event: tests of the console, schedules that keep it warm. Those have nothing to decide. */
function recordsOf(event: Partial<SQSEvent> | null, log: Log): readonly SQSRecord[] {
  const records: unknown = event?.Records;
  const messages = Array.isArray(records) ? records.filter(isRecord) : [];
  if (!Array.isArray(records) || messages.length < records.length) {
    log.warn('event is not a batch of SQS messages', { messages: messages.length });
  }
  return messages;
}

/** A record without an ID is not an SQS message, and cannot be reported as failed. */
function isRecord(record: unknown): record is SQSRecord {
  return typeof record === 'object' && record !== null && 'messageId' in record && typeof record.messageId === 'string';
}

function readMessages(records: readonly SQSRecord[], log: Log) {
  const delivered: DeliveredWakeUp[] = [];
  const unreadable: string[] = [];
  for (const record of records) {
    const { messageId } = record;
    const message = tryDecode(record, log);
    if (message === undefined) {
      unreadable.push(messageId);
      continue;
    }
    const { tenant, ...wakeUp } = message;
    const receiveCount = Number(record.attributes?.ApproximateReceiveCount ?? 1);
    delivered.push({ messageId, wakeUp, ...(receiveCount > 1 && { receiveCount }), ...ownerOf(tenant) });
  }
  return { delivered, unreadable };
}

/** SQS delivers a message that cannot be read again until it moves it to the dead letters. */
function tryDecode(record: SQSRecord, log: Log): WakeUpMessage | undefined {
  try {
    return decodeWakeUp(record.body);
  } catch (error) {
    log.error('wake-up cannot be read', { messageId: record.messageId, error });
    return undefined;
  }
}
