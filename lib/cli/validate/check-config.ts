import type { ConfigIssue } from '../../sampling/config/issues.ts';
import { whyUnreadable } from '../../sampling/config/issues.ts';
import { readSamplingConfig } from '../../sampling/config/parse-sampling-config.ts';
import { type ConfigSummary, summarizeConfig } from '../../sampling/summarize-config.ts';

/** What there is to say of one configuration. */
export interface ConfigReport {
  readonly file: string;
  readonly valid: boolean;
  readonly errors: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
  readonly notes: readonly ConfigIssue[];
  /** Missing when the configuration is not valid. */
  readonly summary?: ConfigSummary;
}

/** Checks the bytes of a configuration; `file` is how the report calls it. */
export function checkConfig(file: string, bytes: Uint8Array): ConfigReport {
  const result = readSamplingConfig(bytes);
  const { warnings, notes } = result;
  if (!result.ok) return { file, valid: false, errors: result.issues, warnings, notes };
  return { file, valid: true, errors: [], warnings, notes, summary: summarizeConfig(result.config) };
}

/** Of a file that could not be read. */
export function unreadable(file: string, error: unknown): ConfigReport {
  const message = `cannot be read: ${whyUnreadable(error)}`;
  return { file, valid: false, errors: [{ path: '', message }], warnings: [], notes: [] };
}
