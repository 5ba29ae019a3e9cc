import type { AthenaClient } from '@aws-sdk/client-athena';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { textLiteral } from '../../archive/tables/query-value.ts';
import type { PartitionRange } from '../../aws/archive-objects.ts';
import { LIST_PRICES } from '../../cost/prices.ts';
import { checkReadOnly } from '../query/athena/check-read-only.ts';
import { athenaResult } from '../query/athena/result.ts';
import { runAthenaQuery } from '../query/athena/run-query.ts';
import { scanSummary } from '../query/athena/scan-price.ts';
import { readStackOutputs } from '../stack.ts';
import { partitionCondition } from './partition-condition.ts';
import { InterruptedError, ReplayError } from './replay-error.ts';

export interface AthenaIo {
  readonly athena: () => AthenaClient;
  readonly cloudFormation: () => CloudFormationClient;
  readonly complain: (line: string) => void;
  /** Rejects when the signal is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly stop: AbortSignal;
}

export interface AthenaSelection {
  readonly stack: string;
  readonly tenant: string | undefined;
  readonly where: string;
  readonly range: PartitionRange;
}

/**
 * The traces of a deployed archive for which a condition on the view `traces` holds, as Athena says. Says what that cost.
 * @throws {ReplayError} when it is no condition
 * @throws {InterruptedError} when it was interrupted, and the query cancelled
 */
export async function selectInAthena(selection: AthenaSelection, io: AthenaIo): Promise<Set<string>> {
  const { stack, tenant, where, range } = selection;
  const ofTenant = tenant === undefined ? '' : `tenant = ${textLiteral(tenant)} AND `;
  // A comment at the end of the condition must not hide the parenthesis.
  const sql = `SELECT trace_id FROM traces WHERE ${ofTenant}${partitionCondition(range)} AND (${where}\n)`;
  const client = io.athena();
  try {
    checkReadOnly(sql);
    const { Database, WorkGroup } = await readStackOutputs(io.cloudFormation(), stack, ['Database', 'WorkGroup']);
    const query = await runAthenaQuery(
      client,
      { sql, database: Database, workGroup: WorkGroup },
      { signal: io.stop, onProgress() {}, pause: (ms, signal) => io.sleep(ms, signal).catch(() => undefined) },
    );
    io.complain(`--where: ${scanSummary(query, LIST_PRICES)}`);
    if (query.state !== 'SUCCEEDED') throw new InterruptedError();
    const { batches } = await athenaResult(client, query, io.stop);
    const ids = new Set<string>();
    for await (const rows of batches) for (const [id] of rows) ids.add(id ?? '');
    return ids;
  } catch (error) {
    if (io.stop.aborted) throw new InterruptedError();
    throw new ReplayError(`--where: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    client.destroy();
  }
}
