import { DictionaryTrainer, SamplingTurn } from '../../lib/aws/dynamodb/dictionary-trainer.ts';
import {
  acknowledgeFromEnvironment,
  liveConfigFromEnvironment,
  metricsFromEnvironment,
  parameterReadsFromEnvironment,
  servicesFromEnvironment,
} from '../shared/environment.ts';
import { createLogger } from '../shared/logger.ts';
import { wireDecide } from './handler.ts';

const log = createLogger({ verbose: false });
const metrics = metricsFromEnvironment();

const turn = new SamplingTurn();

export const handler = wireDecide({
  services: servicesFromEnvironment(metrics, {
    log,
    createTrainer: (deps) => new DictionaryTrainer({ ...deps, random: Math.random, turn }),
  }),
  // No client waits for a decision, so after a pause an invocation waits for the current policies.
  config: liveConfigFromEnvironment(
    {
      reads: parameterReadsFromEnvironment(metrics),
      log,
      onConfigRefused: () => metrics.add('config_refused', 1),
    },
    { waitFromAgeMs: 60_000 },
  ),
  log,
  metrics,
  acknowledge: acknowledgeFromEnvironment(metrics),
});
