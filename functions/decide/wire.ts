import { randomId } from '../../lib/adapters/random-id.ts';
import { createDecide, type DecideDeps, type DecideSettings } from '../../lib/pipeline/decide.ts';
import { decide } from '../../lib/sampling/decide.ts';
import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';
import type { InvocationMetrics } from '../shared/invocation-metrics.ts';
import type { Log } from '../shared/log.ts';
import type { Services } from '../shared/services.ts';
import { countDecisions } from './count-decisions.ts';
import { createHandler, type DecideHandler } from './handler.ts';

export interface DecideWiring {
  readonly services: Services;
  readonly config: SamplingConfig;
  readonly log: Log;
  readonly metrics: InvocationMetrics;
  /** @default those for a function with a timeout of a minute */
  readonly settings?: DecideSettings;
}

/** The decide handler on the services of AWS, or of a laptop. */
export function wireDecide({ services, config, log, metrics, settings }: DecideWiring): DecideHandler {
  const deps: DecideDeps = {
    ...services,
    newId: randomId,
    evaluate: (trace, allowances) => decide(config, trace, allowances),
  };
  const decideBatch = createDecide(deps, settings);
  return createHandler({
    decide: async (received) => {
      const result = await decideBatch(received);
      countDecisions(metrics, result.summary, config.policies);
      return result;
    },
    log,
    metrics,
  });
}
