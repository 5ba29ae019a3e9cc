import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { hashFragment } from '../../lib/aws/system.ts';
import { ingest } from '../../lib/pipeline/ingest.ts';
import type { ConfigSource } from '../shared/live-config.ts';
import type { Log } from '../shared/logger.ts';
import { type InvocationMetrics, NO_METRICS } from '../shared/metrics.ts';
import type { PerTenant, Services } from '../shared/per-tenant.ts';
import { type HttpHead, type HttpResponse, httpResult, NotHttpEventError, readHttpEvent } from './http.ts';
import type { Authorize } from './keys.ts';
import {
  type BodyHandler,
  handleOtlpHttp,
  type OtlpHttpDeps,
  type OtlpHttpOptions,
  openOtlpHttp,
  refuseEvent,
} from './otlp-http.ts';
import { RefusalLog } from './refusal-log.ts';

export interface WireIngestDeps {
  readonly services: PerTenant<Services>;
  /** Decides how long traces wait for their decision. */
  readonly config: ConfigSource;
  readonly authorize: Authorize;
  readonly log: Log;
  /** @default nothing is counted */
  readonly metrics?: InvocationMetrics;
}

/** The ingest handler on services of AWS, or of one machine. */
export function wireIngest(deps: WireIngestDeps): IngestHandler {
  return createHandler(otlpHttpDeps(deps));
}

/** Answers a request by its head, or takes its body. */
export type HttpHandler = (head: HttpHead) => Promise<HttpResponse | BodyHandler>;

/** The same for a server that has the request itself, and no event. */
export function wireIngestHttp(deps: WireIngestDeps): HttpHandler {
  const otlpHttp = otlpHttpDeps(deps);
  return (head) => openOtlpHttp(head, otlpHttp);
}

function otlpHttpDeps({ services, config, authorize, log, metrics = NO_METRICS }: WireIngestDeps): OtlpHttpDeps {
  const { clock } = services(undefined);
  return {
    ingest: async (request, { tenant }) =>
      ingest(request, { ...services(tenant), hashFragment }, await config.current()),
    authorize,
    refusals: new RefusalLog({ log, clock }),
    log,
    metrics,
  };
}

export type IngestHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** The Lambda handler behind a function URL or an HTTP API (payload format 2.0). Any other event is answered with 400. */
export function createHandler(deps: OtlpHttpDeps, options?: OtlpHttpOptions): IngestHandler {
  return async (event) => {
    try {
      return httpResult(await handleEvent(event, deps, options));
    } finally {
      deps.metrics.flush();
    }
  };
}

function handleEvent(
  event: unknown,
  deps: OtlpHttpDeps,
  options: OtlpHttpOptions | undefined,
): HttpResponse | Promise<HttpResponse> {
  try {
    return handleOtlpHttp(readHttpEvent(event), deps, options);
  } catch (error) {
    if (error instanceof NotHttpEventError) return refuseEvent(error.message, deps);
    throw error;
  }
}
