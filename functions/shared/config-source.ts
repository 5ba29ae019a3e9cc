import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';

/** Where a function gets the configuration that it works by, at the beginning of each invocation. */
export interface ConfigSource {
  /** @throws when there is no valid one */
  current(): Promise<SamplingConfig>;
}

/** A configuration that does not change while the process runs. */
export function fixedConfig(config: SamplingConfig): ConfigSource {
  return { current: async () => config };
}
