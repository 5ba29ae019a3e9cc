import { type PriceList, usdOf } from '../../../cost/prices.ts';
import { bytesText } from '../../../terminal/bytes.ts';
import type { EndedQuery } from './run-query.ts';

const MEGABYTE = 1e6;
const TERABYTE = 1e12;
const MIN_MEGABYTES = 10;

/**
 * What a query costs: by what it read, rounded up to whole megabytes, at least 10. A cancelled one costs what it read until
 * then; SHOW, DESCRIBE and the like read nothing and cost nothing, EXPLAIN ANALYZE does.
 */
export function scanUsd({ scannedBytes, statementType }: EndedQuery, prices: PriceList): number {
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
