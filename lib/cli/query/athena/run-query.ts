import {
  AthenaClient,
  GetQueryExecutionCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { TRACES_PREFIX } from '../../../archive/layout.ts';
import { CommandError } from '../../../terminal/errors.ts';
import { bytesText } from '../../../terminal/show.ts';

interface FailedQuery {
  readonly id: string;
  readonly state: string;
  readonly reason: string | undefined;
  readonly scannedBytes: number;
}

/** Of reasons that Athena gives, what the person at the terminal can do. */
const ADVICE: readonly (readonly [RegExp, (query: FailedQuery, workGroup: string) => string])[] = [
  [
    /bytes scanned limit was exceeded/i,
    ({ scannedBytes }, workGroup) =>
      `it had read ${bytesText(scannedBytes)}, more than workgroup ${workGroup} allows one query. Ask for fewer hours (--from and ` +
      '--to, or conditions on dt and hour), or raise scanLimit of the pipeline (docs/deploy.md)',
  ],
  [
    /injected projected partition column/i,
    () =>
      "tenants are kept apart in this archive: each statement names one, WHERE tenant = '…', and a named query takes --tenant",
  ],
  [
    /not a valid JSON|HIVE_BAD_DATA|HIVE_CURSOR_ERROR/i,
    () =>
      `there may be an object under ${TRACES_PREFIX} that is not of the archive; the reason names it, or a narrower window finds it`,
  ],
  [
    /SYNTAX_ERROR|mismatched input|no viable alternative/i,
    () => 'Athena reads SQL as Trino does, which is not that of the local archive',
  ],
];

/** Why a query has no answer: in Athena's words, and what to do where that is known. */
function explainFailure(query: FailedQuery, workGroup: string): string {
  const { id, state, reason } = query;
  const advice = ADVICE.find(([pattern]) => reason !== undefined && pattern.test(reason))?.[1](query, workGroup);
  const what = state === 'CANCELLED' ? 'was cancelled' : 'failed';
  const why = reason ?? (state === 'CANCELLED' ? 'by another user' : 'Athena gives no reason');
  return [`query ${id} ${what}: ${why}`, ...(advice === undefined ? [] : [advice])].join('\n');
}

/** Of throttled calls. Athena limits how many queries an account runs at once. */
const MAX_ATTEMPTS = 5;

/** In the account and region of the shell. */
export function createAthenaClient(): AthenaClient {
  return new AthenaClient({ maxAttempts: MAX_ATTEMPTS });
}

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
  /** Aborted when the answer is no longer wanted. */
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
 * @throws {CommandError} when it failed, with the reason
 */
export async function runAthenaQuery(
  client: AthenaClient,
  { sql, database, workGroup }: AthenaStatement,
  watch: Watch,
): Promise<EndedQuery> {
  // Not with the signal: the query may have started before the signal arrives, and could then not be cancelled.
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
    if (state === 'FAILED' || state === 'CANCELLED') throw new CommandError(explainFailure(execution, workGroup));
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
    throw new CommandError(`query ${id} of workgroup ${workGroup} could not be cancelled, and goes on: ${why}`, {
      cause: error,
    });
  }
}
