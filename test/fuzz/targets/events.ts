import assert from 'node:assert/strict';
import { createHandler as createDecideHandler } from '../../../functions/decide/handler.ts';
import { createHandler as createIngestHandler } from '../../../functions/ingest/handler.ts';
import { RefusalLog } from '../../../functions/ingest/refusal-log.ts';
import { NO_METRICS } from '../../../functions/shared/metrics.ts';
import { tally } from '../../../lib/pipeline/decide/tally.ts';
import { NO_OUTCOME } from '../../support/batch-outcome.ts';
import { silentLog } from '../../support/silent-log.ts';
import { type FuzzTarget, textOf } from '../target.ts';

const ingest = createIngestHandler({
  ingest: async () => ({ acceptedSpanCount: 1, rejectedSpanCount: 0, errorMessage: undefined, fragmentCount: 1 }),
  authorize: async () => ({ tenant: undefined }),
  log: silentLog,
  metrics: NO_METRICS,
  refusals: new RefusalLog({ log: silentLog, clock: { now: () => 0 } }),
});

const decide = createDecideHandler({
  begin: async () => async (_tenant, received) => ({
    failedMessageIds: received.map(({ messageId }) => messageId),
    summary: tally(NO_OUTCOME),
  }),
  log: silentLog,
  metrics: NO_METRICS,
});

type Event<Handler extends (event: never) => unknown> = Parameters<Handler>[0];

/**
 * Any JSON as the event of both functions: of a function URL, an HTTP API (payload formats 2.0 and 1.0), SQS. Ingest answers,
 * decide reports every message with an ID; neither fails.
 */
export const target: FuzzTarget = {
  fuzz: async (data) => {
    let event: unknown;
    try {
      event = JSON.parse(textOf(data));
    } catch {
      return;
    }
    const { statusCode, isBase64Encoded, body } = await ingest(event as Event<typeof ingest>);
    assert.ok([200, 400, 404, 405, 413, 415].includes(statusCode ?? 0), `status ${statusCode}`);
    assert.ok(isBase64Encoded === true && typeof body === 'string');
    const { batchItemFailures } = await decide(event as Event<typeof decide>);
    const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    // A queue gives each message an ID of its own; of two with one ID both come back when one is reported.
    assert.deepStrictEqual(new Set(failed), new Set(messageIds(event)));
  },
  isAsync: true,
  seeds: () => [
    '{"version":"2.0","rawPath":"/v1/traces","headers":{"Content-Type":"application/x-protobuf","content-encoding":"gzip"},' +
      '"requestContext":{"http":{"method":"POST"},"stage":"$default"},"body":"CgA=","isBase64Encoded":true}',
    '{"rawPath":"/s/v1%2ftraces","headers":{"content-type":"application/json"},"requestContext":{"http":{"method":"POST"},' +
      '"stage":"s"},"body":"{}","isBase64Encoded":false}',
    '{"httpMethod":"POST","path":"/v1/traces","headers":{},"body":null}',
    '{"rawPath":"/healthz","headers":{},"requestContext":{"http":{"method":"GET"}}}',
    '{"Records":[{"messageId":"m1","body":"{\\"v\\":1,\\"due\\":1,\\"attempt\\":0,\\"tenant\\":\\"a\\",\\"traces\\":' +
      '[[\\"4bf92f3577b34da6a3ce929d0e0e4736\\",\\"aa\\"]]}"},{"messageId":"m2","body":"x"},{},null]}',
    '[1]',
  ],
  words: [
    '"rawPath":',
    '"headers":{',
    '"requestContext":{"http":{"method":"',
    '"body":',
    '"isBase64Encoded":true',
    '%2e',
  ],
};

function messageIds(event: unknown): readonly string[] {
  const { Records: records } = { ...(event as { readonly Records?: unknown }) };
  if (!Array.isArray(records)) return [];
  return records.flatMap((record: { readonly messageId?: unknown } | null) =>
    typeof record === 'object' && typeof record?.messageId === 'string' ? [record.messageId] : [],
  );
}
