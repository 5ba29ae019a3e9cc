import type { PerTenant, Services } from '../../functions/shared/per-tenant.ts';
import { partitionPrefix } from '../../lib/aws/dynamodb/schema.ts';
import { UnavailableError } from '../../lib/pipeline/ports.ts';
import { restoreTrace } from '../../lib/pipeline/restore-traces.ts';
import type { SentTrace } from './ledger.ts';
import { shortTrace } from './names.ts';
import type { Process } from './scheduler.ts';
import type { Timeline } from './timeline.ts';

export interface OperatorDeps {
  readonly process: Process;
  readonly services: PerTenant<Services>;
  readonly timeline: Timeline;
  readonly bufferTtlMs: number;
  /** Called with what no operator may see. */
  readonly onError: (message: string) => void;
}

/** An operator who runs `tailgate restore` once, in a process that can die like any other. Never rejects. */
export async function restoreOnce(trace: SentTrace, deps: OperatorDeps): Promise<void> {
  const { process, timeline, bufferTtlMs, onError } = deps;
  const { traceId, tenant } = trace;
  const { buffer, wakeUps } = deps.services(tenant);
  const partition = partitionPrefix({ tenant }) + traceId;
  trace.restore ??= 'asked for';
  try {
    const { state } = await restoreTrace(traceId, {
      buffer: { read: (...which) => buffer.read(...which), arrivals: async () => [] },
      wakeUps,
      clock: process.clock,
      bufferTtlMs,
    });
    timeline.add(process.name, 'restores', `${shortTrace(partition)}: ${state}`);
    if (state === 'requested') trace.restore = 'promised';
  } catch (error) {
    if (!(error instanceof UnavailableError)) onError(error instanceof Error ? error.message : String(error));
    timeline.add(process.name, 'restores', `${shortTrace(partition)}: no answer`);
  }
}
