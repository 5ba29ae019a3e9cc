import { formatUtc, utcHourOf } from './hours.ts';

/**
 * A trace whose start is further than this from its arrival has a clock that cannot be trusted. Windows of queries know of such
 * traces: they are in every window that has a part of the hour of their arrival (`lib/archive/tables/query-window.ts`).
 */
const CLOCK_TRUST_MS = 24 * 60 * 60 * 1000;

/**
 * The archive partition of a trace, `dt=YYYY-MM-DD/hour=HH` in UTC: by its start, because that is how people look for it;
 * by its arrival when the start is off by more than a day, because a query over the last days would never find it.
 */
export function partitionOf(traceStartMs: number, receivedAtMs: number): string {
  const trusted = Math.abs(traceStartMs - receivedAtMs) <= CLOCK_TRUST_MS;
  const { dt, hour } = utcHourOf(trusted ? traceStartMs : receivedAtMs);
  return `dt=${dt}/hour=${hour}`;
}

/**
 * `traces/<partition>/traces_<yyyymmddThhmmssSSSZ>-<id>.jsonl.gz`. The suffix is part of the format: `.gz` is what tells
 * Athena about the compression, and `.jsonl` what keeps the Collector's S3 receiver from reading only the first line.
 *
 * @param id 16 hex digits that no other invocation has
 */
export function archiveKey(partition: string, nowMs: number, id: string): string {
  const time = `${formatUtc(nowMs).replace(' ', 'T').replace(/[-:.]/g, '')}Z`;
  return `traces/${partition}/traces_${time}-${id}.jsonl.gz`;
}
