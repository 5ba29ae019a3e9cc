import { parseSamplingConfig } from '../../sampling/config/parse-sampling-config.ts';
import type { SamplingConfig } from '../../sampling/sampling-config.ts';

const KEEP_ERRORS = 'policies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]';

/** The policies of the sample: it marks what is to be kept with an error. */
export function keepErrors(): SamplingConfig {
  const parsed = parseSamplingConfig(KEEP_ERRORS);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.config;
}
