import type { SamplingConfig } from '../sampling-config.ts';
import type { OptionsReader } from './options-reader.ts';

/** Settings of the whole block that the Collector does not have are in a map of their own. */
const KEY = 'tailgate';

/** Reads `tailgate: { write_threshold }`; true unless it is given. */
export function readTailgateSettings(options: OptionsReader): Pick<SamplingConfig, 'writeThreshold'> {
  const settings = options.map(KEY);
  const isOff = settings.has('write_threshold') && !settings.boolean('write_threshold');
  settings.value('write_threshold');
  settings.finish();
  return isOff && !settings.failed ? { writeThreshold: false } : {};
}
