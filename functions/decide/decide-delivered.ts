import type { Context } from 'aws-lambda';
import type { TenantScope } from '../../lib/archive/layout.ts';
import { forEachBounded } from '../../lib/aws/for-each-bounded.ts';
import type { DecideResult } from '../../lib/pipeline/decide/decide-batch.ts';
import { triage } from '../../lib/pipeline/decide/suspects.ts';
import type { ReceivedWakeUp } from '../../lib/pipeline/wake-ups.ts';
import type { Log } from '../shared/logger.ts';
import type { InvocationMetrics } from '../shared/metrics.ts';

/** The part of Lambda's context that tells the time left. */
export type TimeLeft = Pick<Context, 'getRemainingTimeInMillis'>;

/** Decides the traces of one tenant. */
export type DecideForTenant = (
  tenant: string | undefined,
  received: readonly ReceivedWakeUp[],
) => Promise<DecideResult>;

/** Deletes messages before the invocation ends. @param names receipt handles on SQS, IDs of messages on one machine */
export type AcknowledgeEarly = (names: readonly string[]) => Promise<void>;

export interface DecideHandlerDeps {
  /** Called once for each invocation, so that one version of the policies decides all of it. */
  readonly begin: (timeLeft: TimeLeft | undefined) => Promise<DecideForTenant>;
  readonly log: Log;
  readonly metrics: InvocationMetrics;
  /** @default nothing is acknowledged before the end, so that a trace that ends the process takes its whole batch with it */
  readonly acknowledge?: AcknowledgeEarly;
}

/** Tenants that are decided at the same time: each holds its own rounds in memory. */
const TENANTS_AT_ONCE = 4;

/** A wake-up as a queue delivers it, and whose traces it is about. */
export interface DeliveredWakeUp extends ReceivedWakeUp, TenantScope {}

/** Decides what a batch of wake-ups names. Resolves to the IDs of the messages that must come back. */
export type DecideWakeUps = (delivered: readonly DeliveredWakeUp[], timeLeft?: TimeLeft) => Promise<readonly string[]>;

/** What may end the process comes last, one message at a time, when everything before it is acknowledged (`suspects.ts`). */
export async function decideDelivered(
  delivered: readonly DeliveredWakeUp[],
  timeLeft: TimeLeft | undefined,
  { begin, log }: DecideHandlerDeps,
  acknowledge: AcknowledgeEarly = async () => {},
): Promise<readonly string[]> {
  const decide = await begin(timeLeft);
  const { together, alone } = triage(delivered);
  const failed = new Set(together.length > 0 ? await decideTogether(together, decide, log) : []);
  let settled = together.map(({ messageId }) => messageId).filter((id) => !failed.has(id));
  for (const [at, suspect] of alone.entries()) {
    try {
      if (settled.length > 0) await acknowledge(settled);
    } catch (error) {
      log.warn('suspects wait: what is settled could not be acknowledged', { messages: settled.length, error });
      return [...failed, ...alone.slice(at).map(({ messageId }) => messageId)];
    }
    const { messageId, receiveCount } = suspect;
    log.warn('suspect wake-up', { messageId, receiveCount, fragments: suspect.wakeUp.fragments.length });
    const left = await decideTogether([suspect], decide, log).catch(() => [messageId]);
    settled = left.length > 0 ? [] : [messageId];
    for (const id of left) failed.add(id);
  }
  return [...failed];
}

/** Resolves to the messages that must come back. @throws when nothing could be done */
async function decideTogether(
  delivered: readonly DeliveredWakeUp[],
  decide: DecideForTenant,
  log: Log,
): Promise<readonly string[]> {
  const groups = Map.groupBy(delivered, ({ tenant }) => tenant);
  const failed: string[] = [];
  const errors: unknown[] = [];
  await forEachBounded([...groups], TENANTS_AT_ONCE, async ([tenant, received]) => {
    try {
      const { failedMessageIds, summary } = await decide(tenant, received);
      failed.push(...failedMessageIds);
      const { lateAgesMs, deadLetters, slowEvaluations, ...counts } = summary;
      const maxLateAgeMs = Math.max(0, ...lateAgesMs);
      const level = summary.failures.length > 0 ? 'warn' : 'info';
      const failedMessages = failedMessageIds.length;
      log[level]('decision batch', { ...ownerOf(tenant), ...counts, maxLateAgeMs, failedMessages });
      for (const slow of slowEvaluations) log.warn('slow evaluation', { ...ownerOf(tenant), ...slow });
      for (const letter of deadLetters) log.warn('dead letter', { ...ownerOf(tenant), ...letter });
    } catch (error) {
      log.error('decision batch failed', { ...ownerOf(tenant), messages: received.length, error });
      errors.push(error);
      failed.push(...received.map(({ messageId }) => messageId));
    }
  });
  // Nothing was done, so the invocation counts as failed, too.
  if (errors.length > 0 && errors.length === groups.size) throw errors[0];
  return failed;
}

/** The tenant as a field. */
export function ownerOf(tenant: string | undefined): { readonly tenant?: string } {
  return tenant === undefined ? {} : { tenant };
}
