import { hashFragment } from '../../lib/adapters/fragment-hash.ts';
import { ingest } from '../../lib/pipeline/ingest.ts';
import type { DecisionWaits } from '../../lib/pipeline/wake-ups.ts';
import type { InvocationMetrics } from '../shared/invocation-metrics.ts';
import type { Log } from '../shared/log.ts';
import type { Services } from '../shared/services.ts';
import { createHandler, type IngestHandler } from './handler.ts';
import { createKeyCheck } from './keys.ts';
import { DEFAULT_MAX_BODY_BYTES } from './otlp-http.ts';
import { RefusalLog } from './refusal-log.ts';

export interface IngestWiring {
  readonly services: Services;
  readonly waits: DecisionWaits;
  /** SHA-256 of each ingest key in hex; with none, every request is accepted. */
  readonly keyHashes: readonly string[];
  readonly log: Log;
  readonly metrics: InvocationMetrics;
}

/** The ingest handler on the services of AWS, or of a laptop. */
export function wireIngest({ services, waits, keyHashes, log, metrics }: IngestWiring): IngestHandler {
  const { buffer, wakeUps, clock } = services;
  return createHandler({
    ingest: (request) => ingest(request, { buffer, wakeUps, clock, hashFragment }, waits),
    isAuthorized: createKeyCheck(keyHashes),
    maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
    refusals: new RefusalLog(log, () => clock.now()),
    log,
    metrics,
  });
}
