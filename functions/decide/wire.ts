import { randomId } from '../../lib/adapters/random-id.ts';
import { createDecide, type DecideDeps, type DecideSettings } from '../../lib/pipeline/decide.ts';
import { decide } from '../../lib/sampling/decide.ts';
import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';
import type { Log } from '../shared/log.ts';
import type { Services } from '../shared/services.ts';
import { createHandler, type DecideHandler } from './handler.ts';

export interface DecideWiring {
  readonly services: Services;
  readonly config: SamplingConfig;
  readonly log: Log;
  /** @default those for a function with a timeout of a minute */
  readonly settings?: DecideSettings;
}

/** The decide handler on the services of AWS, or of a laptop. */
export function wireDecide({ services, config, log, settings }: DecideWiring): DecideHandler {
  const deps: DecideDeps = {
    ...services,
    newId: randomId,
    evaluate: (trace, allowances) => decide(config, trace, allowances),
  };
  return createHandler({ decide: createDecide(deps, settings), log });
}
