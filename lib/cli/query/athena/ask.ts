import { readFileSync } from 'node:fs';
import { renderQuery } from '../../../archive/tables/render-query.ts';
import { assertTenantName } from '../../../aws/tenant-name.ts';
import { LIST_PRICES, type PriceList } from '../../../cost/prices.ts';
import { readPrices } from '../../../cost/read-prices.ts';
import { bytesText } from '../../../terminal/bytes.ts';
import { createCloudFormationClient, readStackOutputs } from '../../stack.ts';
import { findQuery } from '../library.ts';
import { printOptions } from '../print-options.ts';
import { printResult } from '../print-result.ts';
import type { QueryArguments } from '../query-arguments.ts';
import { QueryError } from '../query-error.ts';
import type { QueryIo } from '../run-query.ts';
import { NO_ROWS_HINT } from '../window-hint.ts';
import { createAthenaClient } from './athena-client.ts';
import { checkReadOnly } from './check-read-only.ts';
import { athenaResult } from './result.ts';
import { runAthenaQuery } from './run-query.ts';
import { scanSummary } from './scan-price.ts';

/** Athena's limit, in UTF-8. */
const MAX_STATEMENT_BYTES = 262_144;
const OUTPUTS = ['Database', 'WorkGroup', 'Tenants', 'RetentionDays'] as const;

type Question = Pick<QueryArguments, 'sql' | 'name' | 'values'>;

interface Archive {
  readonly tenants: boolean;
  readonly retentionDays?: number;
}

/**
 * Asks Athena about the kept traces of a deployed stack. Resolves to the exit code: 130 when it was interrupted, and the
 * query cancelled.
 * @throws {QueryError | QueryParameterError | StackOutputError} or an error of the AWS SDK
 */
export async function askAthena(args: QueryArguments & { readonly stack: string }, io: QueryIo): Promise<0 | 130> {
  const prices = pricesOf(args.pricesFile);
  // What is wrong with the question itself is told before anybody asks AWS.
  statementOf(args, { tenants: args.values['tenant'] !== undefined });
  const outputs = await readStackOutputs(createCloudFormationClient(), args.stack, OUTPUTS);
  const archive = { tenants: outputs.Tenants === 'true', retentionDays: Number(outputs.RetentionDays) };
  const statement = { sql: statementOf(args, archive), database: outputs.Database, workGroup: outputs.WorkGroup };

  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const client = createAthenaClient();
  const signal = io.interruption();
  try {
    const query = await runAthenaQuery(client, statement, {
      signal,
      pause: io.pause,
      onProgress: ({ state, scannedBytes }) =>
        io.progress?.show(`${state} ${(elapsedMs() / 1000).toFixed(0)} s, ${bytesText(scannedBytes)} scanned`),
    });
    io.progress?.clear();
    if (query.state === 'SUCCEEDED') {
      const result = await athenaResult(client, query, signal);
      const rowCount = await printResult(result, printOptions(args, elapsedMs), io.output);
      if (rowCount === 0 && args.name !== undefined) io.complain(`hint: ${NO_ROWS_HINT}`);
    }
    io.complain(`${query.state === 'SUCCEEDED' ? '' : 'cancelled: '}${scanSummary(query, prices)}`);
    return query.state === 'SUCCEEDED' ? 0 : 130;
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return 130;
    throw error;
  } finally {
    io.progress?.clear();
    client.destroy();
  }
}

function statementOf({ sql, name, values }: Question, archive: Archive): string {
  const statement =
    name === undefined ? (sql ?? '') : renderQuery(findQuery(name), values, { nowMs: Date.now(), ...archive });
  const { tenant } = values as { readonly tenant?: string };
  if (tenant !== undefined) assertTenantName(tenant);
  checkReadOnly(statement);
  const bytes = Buffer.byteLength(statement);
  if (bytes > MAX_STATEMENT_BYTES) {
    throw new QueryError(`the statement has ${bytes} bytes: Athena takes ${MAX_STATEMENT_BYTES}`);
  }
  return statement;
}

function pricesOf(file: string | undefined): PriceList {
  if (file === undefined) return LIST_PRICES;
  try {
    return readPrices(file, readFileSync(file, 'utf8'));
  } catch (error) {
    throw new QueryError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
