import { optionalVariable } from './environment.ts';
import { EmfMetrics } from './metrics.ts';

/** Those of the pipeline that the function belongs to. */
export function metricsFromEnvironment(): EmfMetrics {
  return new EmfMetrics(optionalVariable('TAILGATE_PIPELINE', 'tailgate'));
}
