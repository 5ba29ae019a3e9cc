import type { SamplingConfig } from '../sampling-config.ts';
import { type IgnoredComponents, readIgnoredComponents } from './collector/ignored-components.ts';
import type { OptionsReader } from './options-reader.ts';

/** Settings of the whole block that the Collector does not have are in a map of their own. */
const KEY = 'tailgate';

export interface TailgateSettings {
  /** Empty, unless the threshold is not to be written. */
  readonly writeThreshold: Pick<SamplingConfig, 'writeThreshold'>;
  readonly ignored: IgnoredComponents;
}

/** Reads `tailgate: { write_threshold, ignore_… }`; `write_threshold` is true unless it is given. */
export function readTailgateSettings(options: OptionsReader): TailgateSettings {
  const settings = options.map(KEY);
  const isOff = settings.has('write_threshold') && !settings.boolean('write_threshold');
  settings.value('write_threshold');
  const ignored = readIgnoredComponents(settings);
  settings.finish();
  return { writeThreshold: isOff && !settings.failed ? { writeThreshold: false } : {}, ignored };
}
