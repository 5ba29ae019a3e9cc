import type { SQSBatchResponse } from 'aws-lambda';
import { createHandler, type DecideHandler, timeChecks } from '../../functions/decide/handler.ts';
import { wireIngestHttp } from '../../functions/ingest/handler.ts';
import type { HttpRequest, HttpResponse } from '../../functions/ingest/http.ts';
import type { Log } from '../../functions/shared/logger.ts';
import { NO_METRICS } from '../../functions/shared/metrics.ts';
import { type PerTenant, perTenant, type Services } from '../../functions/shared/per-tenant.ts';
import { Decider } from '../../lib/pipeline/decide/decide-batch.ts';
import { DEFAULT_DECIDE_OPTIONS, type DecideOptions } from '../../lib/pipeline/decide/options.ts';
import type { DecideSummary } from '../../lib/pipeline/decide/tally.ts';
import { UnavailableError } from '../../lib/pipeline/ports.ts';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';
import type { Settings } from './plan.ts';
import type { Message } from './queue.ts';
import type { Process } from './scheduler.ts';

/** The header that tells the tenant, in place of a key. */
export const TENANT_HEADER = 'x-tenant';

/** What an instance of a function needs of its world. */
export interface FunctionDeps {
  readonly process: Process;
  readonly services: PerTenant<Services>;
  /** The policies as this instance knows them. */
  readonly config: () => SamplingConfig;
  readonly onError: (message: string) => void;
}

export type IngestFunction = (request: HttpRequest) => Promise<HttpResponse>;

/** The real ingest function on one instance. */
export function ingestFunction({ services, config, onError }: FunctionDeps): IngestFunction {
  const open = wireIngestHttp({
    services,
    config: { current: async () => config() },
    authorize: async (headers) => ({ tenant: headers[TENANT_HEADER] }),
    log: logOf(onError),
  });
  return async (request) => {
    const opened = await open(request);
    return typeof opened === 'function' ? await opened(request) : opened;
  };
}

export interface DecideFunctionDeps extends FunctionDeps {
  /** 16 hex digits, each time others. */
  readonly newId: () => string;
  readonly options: DecideOptions;
  readonly onSummary: (summary: DecideSummary) => void;
  /** Whether a trace kills the process that evaluates it now. */
  readonly isDeadly: (traceId: string) => boolean;
  readonly acknowledge: (ids: readonly string[]) => Promise<void>;
}

/** The real decide function on one instance, with IDs that a seed repeats. */
export function decideFunction(deps: DecideFunctionDeps): DecideHandler {
  const { process, services, newId, options, onError, acknowledge, isDeadly } = deps;
  const deciders = perTenant((tenant) => new Decider({ ...services(tenant), newId }, options));
  return createHandler({
    begin: async (timeLeft) => {
      const config = deps.config();
      return async (tenant, received) => {
        const result = await deciders(tenant).decideBatch({
          received,
          evaluate: (trace, ...context) => {
            if (!isDeadly(trace.traceId)) return evaluatePolicies(config, trace, ...context);
            process.die();
            throw new UnavailableError('could not evaluate: the process is gone');
          },
          policies: config.fingerprint,
          ...(timeLeft !== undefined && timeChecks(timeLeft)),
        });
        deps.onSummary(result.summary);
        for (const { message } of result.summary.failures) if (!isExpected(message)) onError(message);
        return result;
      };
    },
    log: logOf(onError),
    metrics: NO_METRICS,
    acknowledge,
  });
}

export function decideOptions(settings: Settings): DecideOptions {
  const { maxAttempts, concurrency, maxRoundBytes, claimTimeoutMs, continuationDelayMs, bufferTtlMs, isLarge } =
    settings;
  return {
    ...DEFAULT_DECIDE_OPTIONS,
    maxAttempts,
    concurrency,
    maxRoundBytes,
    claimTimeoutMs,
    continuationDelayMs,
    bufferTtlMs,
    // What calls for a look at all of a large trace is the policies' answer to a part, or that they were replaced, and nothing else.
    ...(isLarge && { largeTraces: { wholeUpTo: 0, inlineHashes: 1, looksWhileDoubling: 1e-9, policyLooks: 100 } }),
  };
}

/** Hands messages to the function as Lambda does. Resolves to the IDs of those that must come back. */
export async function invoke(
  handler: DecideHandler,
  messages: readonly Message[],
  timeLeft: { getRemainingTimeInMillis(): number },
): Promise<ReadonlySet<string>> {
  const records = messages.map(({ id, body, receiveCount }) => ({
    messageId: id,
    receiptHandle: id,
    body,
    attributes: { ApproximateReceiveCount: String(receiveCount) },
  }));
  const answer: SQSBatchResponse = await handler({ Records: records } as never, timeLeft);
  return new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

/** What a service that fails makes of an examination, or a limit. Everything else is a mistake of the pipeline. */
function isExpected(message: string): boolean {
  return /^could not |^a limit is contended|^no time is left to evaluate |^trace \S+ has more than /.test(message);
}

/** Listens for errors that are not the fault of a service. */
function logOf(onError: (message: string) => void): Log {
  const report = (message: string, { error }: Record<string, unknown>) => {
    if (error instanceof Error && isExpected(error.message)) return;
    onError(`${message}: ${error instanceof Error ? error.stack : error}`);
  };
  return { debug() {}, info() {}, warn() {}, error: report };
}
