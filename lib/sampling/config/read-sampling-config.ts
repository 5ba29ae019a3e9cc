import { decodeText, NotUtf8Error } from './decode-text.ts';
import { parseSamplingConfig, type SamplingConfigResult } from './parse-sampling-config.ts';

/** Rendered charts with the definitions of the operator have 2 MB. YAML of any size would take time and memory without end. */
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
