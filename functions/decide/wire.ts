import { randomId } from '../../lib/aws/random-id.ts';
import { createDecide, DEFAULT_DECIDE_SETTINGS, type DecideSettings } from '../../lib/pipeline/decide/decide.ts';
import type { Evaluate } from '../../lib/pipeline/evaluate.ts';
import { decide } from '../../lib/sampling/decide.ts';
import type { ConfigSource } from '../shared/config-source.ts';
import { type InvocationMetrics, NO_METRICS } from '../shared/invocation-metrics.ts';
import type { Log } from '../shared/log.ts';
import { type PerTenant, perTenant } from '../shared/per-tenant.ts';
import type { Services } from '../shared/services.ts';
import { countDecisions } from './count-decisions.ts';
import { createHandler, type DecideHandler } from './handler.ts';
import { type TimeLeft, timeCheck } from './time-left.ts';

export interface DecideWiring {
  readonly services: PerTenant<Services>;
  readonly config: ConfigSource;
  readonly log: Log;
  /** @default nothing is counted */
  readonly metrics?: InvocationMetrics;
  /** @default those for a function with a timeout of a minute */
  readonly settings?: DecideSettings;
}

/** The decide handler on the services of AWS, or of a laptop. */
export function wireDecide({
  services,
  config,
  log,
  metrics = NO_METRICS,
  settings = DEFAULT_DECIDE_SETTINGS,
}: DecideWiring): DecideHandler {
  const deciders = perTenant((tenant) => createDecide({ ...services(tenant), newId: randomId }, settings));
  return createHandler({
    begin: async (timeLeft) => {
      const hasTime = timeLeft === undefined ? () => true : timeCheck(timeLeft);
      warnOfTimeout(timeLeft, settings, log);
      const policies = await config.current();
      const evaluate: Evaluate = (trace, allowances) => decide(policies, trace, allowances);
      return async (tenant, received) => {
        const result = await deciders(tenant)({ received, evaluate, hasTime });
        countDecisions(metrics, result.summary, policies.policies);
        return result;
      };
    },
    log,
    metrics,
  });
}

/** Claims of an owner that is still at work would be fenced: nothing gets lost, but its work is done again and again. */
function warnOfTimeout(timeLeft: TimeLeft | undefined, { claimTimeoutMs }: DecideSettings, log: Log): void {
  const remainingMs = timeLeft?.getRemainingTimeInMillis() ?? 0;
  if (remainingMs < claimTimeoutMs) return;
  log.warn('function timeout is too long', { remainingMs, claimTimeoutMs, expected: 'less than claimTimeoutMs' });
}
