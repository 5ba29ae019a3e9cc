import { bytesText } from '../../../terminal/bytes.ts';

export interface FailedQuery {
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
      'there may be an object under traces/ that is not of the archive; the reason names it, or a narrower window finds it',
  ],
  [
    /SYNTAX_ERROR|mismatched input|no viable alternative/i,
    () => 'Athena reads SQL as Trino does, which is not that of the local archive',
  ],
];

/** Why a query has no answer: in Athena's words, and what to do where that is known. */
export function explainFailure(query: FailedQuery, workGroup: string): string {
  const { id, state, reason } = query;
  const advice = ADVICE.find(([pattern]) => reason !== undefined && pattern.test(reason))?.[1](query, workGroup);
  const what = state === 'CANCELLED' ? 'was cancelled' : 'failed';
  const why = reason ?? (state === 'CANCELLED' ? 'by somebody else' : 'Athena gives no reason');
  return [`query ${id} ${what}: ${why}`, ...(advice === undefined ? [] : [advice])].join('\n');
}
