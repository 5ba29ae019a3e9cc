import { hashFragment } from '../../lib/aws/fragment-hash.ts';
import { ingest } from '../../lib/pipeline/ingest.ts';
import type { ConfigSource } from '../shared/config-source.ts';
import { type InvocationMetrics, NO_METRICS } from '../shared/invocation-metrics.ts';
import type { Log } from '../shared/log.ts';
import type { PerTenant } from '../shared/per-tenant.ts';
import type { Services } from '../shared/services.ts';
import { createHandler, type IngestHandler } from './handler.ts';
import type { Authorize } from './keys.ts';
import { DEFAULT_MAX_BODY_BYTES } from './otlp-http.ts';
import { RefusalLog } from './refusal-log.ts';

export interface IngestWiring {
  readonly services: PerTenant<Services>;
  /** Says how long traces wait for their decision. */
  readonly config: ConfigSource;
  readonly authorize: Authorize;
  readonly log: Log;
  /** @default nothing is counted */
  readonly metrics?: InvocationMetrics;
}

/** The ingest handler on the services of AWS, or of a laptop. */
export function wireIngest({ services, config, authorize, log, metrics = NO_METRICS }: IngestWiring): IngestHandler {
  const { clock } = services(undefined);
  return createHandler({
    ingest: async (request, { tenant }, rejected) =>
      ingest(request, { ...services(tenant), hashFragment }, await config.current(), rejected),
    authorize,
    maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
    refusals: new RefusalLog(log, () => clock.now()),
    log,
    metrics,
  });
}
