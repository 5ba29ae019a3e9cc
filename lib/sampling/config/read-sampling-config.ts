import { decodeText, NotUtf8Error } from './decode-text.ts';
import { parseSamplingConfig, type SamplingConfigResult } from './parse-sampling-config.ts';

/** {@link parseSamplingConfig} for the bytes of a file, which must be UTF-8. */
export function readSamplingConfig(bytes: Uint8Array): SamplingConfigResult {
  try {
    return parseSamplingConfig(decodeText(bytes));
  } catch (error) {
    if (!(error instanceof NotUtf8Error)) throw error;
    const { message, line } = error;
    return { ok: false, issues: [{ path: '', message, ...(line !== undefined && { line }) }], warnings: [] };
  }
}
