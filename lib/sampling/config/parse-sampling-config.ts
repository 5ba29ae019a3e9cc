import { LANGUAGES } from '../all-languages.ts';
import { decodeText, NotUtf8Error } from './decode-text.ts';
import { type ParseOptions, parseConfigText, type SamplingConfigResult } from './parse-config-text.ts';

export type { ParseOptions, SamplingConfigResult } from './parse-config-text.ts';

/**
 * Rendered charts with the definitions of the operator have 2 MB. YAML without a limit would take unlimited time and
 * memory.
 */
const MAX_BYTES = 4 * 1024 * 1024;

/** {@link parseSamplingConfig} for the bytes of a file, which must be UTF-8. */
export function readSamplingConfig(bytes: Uint8Array): SamplingConfigResult {
  if (bytes.length > MAX_BYTES) {
    const size = (bytes.length / (1024 * 1024)).toFixed(1);
    return refused(`has ${size} MiB; expected a configuration of at most ${MAX_BYTES / (1024 * 1024)} MiB`);
  }
  try {
    return parseSamplingConfig(decodeText(bytes));
  } catch (error) {
    if (!(error instanceof NotUtf8Error)) throw error;
    return refused(error.message, error.line);
  }
}

function refused(message: string, line?: number): SamplingConfigResult {
  return { ok: false, issues: [{ path: '', message, ...(line !== undefined && { line }) }], warnings: [], notes: [] };
}

/**
 * Reads the configuration of the Collector's tail_sampling processor from YAML: a whole Collector file, also inside
 * Helm values, a resource of the operator or rendered manifests; a `tail_sampling:` block; or its bare options.
 *
 * It is stricter than the Collector, which reads a misspelt block of options as a policy without any: unknown keys are
 * errors everywhere, and so are options of another type. It never throws.
 */
export function parseSamplingConfig(text: string, options: ParseOptions = {}): SamplingConfigResult {
  return parseConfigText(text, () => LANGUAGES, options);
}
