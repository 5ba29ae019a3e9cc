import { setTimeout } from 'node:timers/promises';
import { isTenantName, TENANT_NAME_RULE } from '../../../archive/layout.ts';
import { LIST_PRICES, type PriceList, usdOf } from '../../../cost/prices.ts';
import { readPrices } from '../../../cost/read-prices.ts';
import { CommandError, type ExitCode, UsageError } from '../../../terminal/errors.ts';
import { readNamedText } from '../../../terminal/read-file.ts';
import { bytesText } from '../../../terminal/show.ts';
import type { Terminal } from '../../../terminal/terminal.ts';
import { createCloudFormationClient, readStackOutputs } from '../../stack.ts';
import { namedStatement } from '../library.ts';
import { printOptions, printResult } from '../print-result.ts';
import type { Question } from '../question.ts';
import { NO_ROWS_HINT, traceHint } from '../window-hint.ts';
import { athenaResult } from './result.ts';
import { createAthenaClient, type EndedQuery, type QueryProgress, runAthenaQuery } from './run-query.ts';

/** What a query begins with: in Trino's grammar everything that writes begins with another word. */
const READS: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE', 'SHOW', 'DESCRIBE', 'DESC']);

/** Comments as Trino reads them, of which a carriage return ends one too; texts and quoted names, which may hold anything. */
const TOKENS = /--[^\r\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;

/** `EXPLAIN ANALYZE` runs what it explains. */
const EXPLAIN = /^EXPLAIN\b\s*(?:ANALYZE\b\s*)?(?:VERBOSE\b\s*)?(?:\(\s*(?:TYPE|FORMAT)\b[^)]*\)\s*)?/i;

/**
 * Refuses what is not exactly one statement that only reads. Whoever may query the archive may also be allowed to drop its
 * tables, so this is not left to the rights of the user.
 * @throws {CommandError}
 */
export function checkReadOnly(sql: string): void {
  const bare = sql.replaceAll(TOKENS, (token) => (/^['"]/.test(token) ? 'x' : ' ')).trim();
  const statements = bare.split(';').filter((part) => part.trim() !== '');
  if (statements.length !== 1) {
    throw new CommandError(`expected one SQL statement, got ${statements.length === 0 ? 'none' : statements.length}`);
  }
  const first = /^[(\s]*(\w*)/.exec(withoutExplain(bare))?.[1] ?? '';
  if (!READS.has(first.toUpperCase())) {
    throw new CommandError(
      `this tool only reads: expected SELECT, WITH, VALUES, SHOW, DESCRIBE or EXPLAIN, as Athena has them, got "${first}"`,
    );
  }
}

function withoutExplain(sql: string): string {
  const rest = sql.replace(EXPLAIN, '');
  return rest === sql ? sql : withoutExplain(rest);
}

const MEGABYTE = 1e6;
const TERABYTE = 1e12;
const MIN_MEGABYTES = 10;

/**
 * What a query costs: by what it read, rounded up to whole megabytes, at least 10. A cancelled one costs what it read until
 * then; SHOW, DESCRIBE and the like read nothing and cost nothing, EXPLAIN ANALYZE does.
 */
function scanUsd({ scannedBytes, statementType }: EndedQuery, prices: PriceList): number {
  if (statementType !== 'DML' && scannedBytes === 0) return 0;
  const megabytes = Math.max(MIN_MEGABYTES, Math.ceil(scannedBytes / MEGABYTE));
  return usdOf(prices, 'athenaScan', (megabytes * MEGABYTE) / TERABYTE);
}

/** The line about a query that has ended. */
export function scanSummary(query: EndedQuery, prices: PriceList): string {
  const { scannedBytes, engineMs, queuedMs, id } = query;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const times = `engine ${seconds(engineMs)}, queued ${seconds(queuedMs)}`;
  const usd = `$${scanUsd(query, prices).toFixed(6)}`;
  return `scanned ${bytesText(scannedBytes)} for ${usd} (prices of ${prices.region}, ${prices.date}); ${times}; query ${id}`;
}

/** Athena's limit, in UTF-8. */
const MAX_STATEMENT_BYTES = 262_144;
const OUTPUTS = ['Database', 'WorkGroup', 'Tenants', 'RetentionDays'] as const;

interface Archive {
  readonly tenants: boolean;
  readonly retentionDays?: number;
}

export interface AthenaDeps {
  /** Resolves after the time, or at once when the signal is aborted. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface AthenaQuestion extends Question {
  readonly stack: string;
  /** File with prices; undefined: list prices. */
  readonly prices: string | undefined;
}

/**
 * Asks Athena about the kept traces of a deployed stack. Resolves to the exit code: 130 when it was interrupted, and the
 * query cancelled.
 *
 * @throws {UsageError | CommandError} or an error of the AWS SDK
 */
export async function askAthena(
  question: AthenaQuestion,
  terminal: Terminal,
  { pause = pauseUntilAborted }: AthenaDeps,
): Promise<ExitCode> {
  const prices = pricesOf(question.prices);
  // Report what is wrong with the question itself before asking AWS.
  statementOf(question, { tenants: question.values['tenant'] !== undefined });
  const outputs = await readStackOutputs(createCloudFormationClient(), question.stack, OUTPUTS);
  const archive = { tenants: outputs.Tenants === 'true', retentionDays: Number(outputs.RetentionDays) };
  const statement = { sql: statementOf(question, archive), database: outputs.Database, workGroup: outputs.WorkGroup };

  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const client = createAthenaClient();
  // From here on there is something to cancel: a signal no longer ends the process.
  const signal = terminal.interruption();
  let latest: QueryProgress = { id: '', state: 'QUEUED', scannedBytes: 0 };
  const progress = terminal.progress(
    () => `${latest.state} ${(elapsedMs() / 1000).toFixed(0)} s, ${bytesText(latest.scannedBytes)} scanned`,
  );
  try {
    const query = await runAthenaQuery(client, statement, {
      signal,
      pause,
      onProgress(now) {
        latest = now;
      },
    });
    progress.finish();
    if (query.state === 'SUCCEEDED') {
      const result = await athenaResult(client, query, signal);
      const rowCount = await printResult(result, printOptions(question, elapsedMs), terminal);
      if (rowCount === 0 && question.name !== undefined) {
        terminal.complain(`hint: ${NO_ROWS_HINT}`);
        const ofTrace = traceHint(question.values, `--stack ${question.stack}`);
        if (ofTrace !== undefined) terminal.complain(`hint: ${ofTrace}`);
      }
    }
    terminal.complain(`${query.state === 'SUCCEEDED' ? '' : 'cancelled: '}${scanSummary(query, prices)}`);
    return query.state === 'SUCCEEDED' ? 0 : 130;
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return 130;
    throw error;
  } finally {
    progress.finish();
    client.destroy();
  }
}

async function pauseUntilAborted(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}

function statementOf({ sql, name, values }: Question, archive: Archive): string {
  const statement = name === undefined ? (sql ?? '') : namedStatement(name, values, { nowMs: Date.now(), ...archive });
  const { tenant } = values as { readonly tenant?: string };
  if (tenant !== undefined && !isTenantName(tenant)) {
    throw new UsageError([`--tenant is "${tenant}": expected ${TENANT_NAME_RULE}`]);
  }
  checkReadOnly(statement);
  const bytes = Buffer.byteLength(statement);
  if (bytes > MAX_STATEMENT_BYTES) {
    throw new CommandError(`the statement has ${bytes} bytes: Athena takes ${MAX_STATEMENT_BYTES}`);
  }
  return statement;
}

function pricesOf(file: string | undefined): PriceList {
  return file === undefined ? LIST_PRICES : readPrices(file, readNamedText(file));
}
