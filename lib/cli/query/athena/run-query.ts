import {
  type AthenaClient,
  GetQueryExecutionCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { QueryError } from '../query-error.ts';
import { explainFailure } from './explain-failure.ts';

export interface AthenaStatement {
  readonly sql: string;
  readonly database: string;
  readonly workGroup: string;
}

/** How far a query is. */
export interface QueryProgress {
  readonly id: string;
  readonly state: string;
  /** So far. */
  readonly scannedBytes: number;
}

export interface EndedQuery extends QueryProgress {
  /** `DML`: a table. `UTILITY` and `DDL`: what SHOW, DESCRIBE and EXPLAIN answer. */
  readonly statementType: string;
  /** In milliseconds. */
  readonly engineMs: number;
  readonly queuedMs: number;
}

export interface Watch {
  /** Aborted: nobody wants the answer any more. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: QueryProgress) => void;
  /** Resolves after the time, or at once when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 3_000;
const PAUSE_GROWTH = 1.5;

/**
 * Starts a query, waits for its end, and resolves when it has succeeded. When the signal is aborted, it is cancelled; that
 * resolves to its state then.
 * @throws {QueryError} when it failed, with the reason
 */
export async function runAthenaQuery(
  client: AthenaClient,
  { sql, database, workGroup }: AthenaStatement,
  watch: Watch,
): Promise<EndedQuery> {
  // Not with the signal: the query may have started although nobody waits for the answer, and could not be cancelled then.
  const { QueryExecutionId: id = '' } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      QueryExecutionContext: { Database: database },
      WorkGroup: workGroup,
    }),
  );
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, MAX_PAUSE_MS)) {
    if (watch.signal.aborted) return cancel(client, id, workGroup);
    const execution = await look(client, id).catch((error: unknown) => giveUp(client, id, error));
    const { state } = execution;
    watch.onProgress(execution);
    if (state === 'SUCCEEDED') return execution;
    if (state === 'FAILED' || state === 'CANCELLED') throw new QueryError(explainFailure(execution, workGroup));
    await watch.pause(pauseMs, watch.signal);
  }
}

interface LookedUp extends EndedQuery {
  readonly reason: string | undefined;
}

async function look(client: AthenaClient, id: string): Promise<LookedUp> {
  const { QueryExecution: execution = {} } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
  return { id, ...describe(execution) };
}

function describe({ Status, Statistics, StatementType }: QueryExecution): Omit<LookedUp, 'id'> {
  return {
    state: Status?.State ?? 'QUEUED',
    reason: Status?.StateChangeReason ?? Status?.AthenaError?.ErrorMessage,
    statementType: StatementType ?? 'DML',
    scannedBytes: Statistics?.DataScannedInBytes ?? 0,
    engineMs: Statistics?.EngineExecutionTimeInMillis ?? 0,
    queuedMs: Statistics?.QueryQueueTimeInMillis ?? 0,
  };
}

/** Nobody will see the answer: what the query would still read is not worth its price. */
async function giveUp(client: AthenaClient, id: string, error: unknown): Promise<never> {
  await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id })).catch(() => undefined);
  throw error;
}

async function cancel(client: AthenaClient, id: string, workGroup: string): Promise<EndedQuery> {
  try {
    await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
    return await look(client, id);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new QueryError(`query ${id} of workgroup ${workGroup} could not be cancelled, and goes on: ${why}`, {
      cause: error,
    });
  }
}
