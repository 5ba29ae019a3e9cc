import type { ConfigIssue } from '../../sampling/config/config-issues.ts';
import { parseSamplingConfig } from '../../sampling/config/parse-sampling-config.ts';
import { type ConfigSummary, summarizeConfig } from '../../sampling/summarize-config.ts';

/** What there is to say of one configuration. */
export interface ConfigReport {
  readonly file: string;
  readonly valid: boolean;
  readonly errors: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
  /** Missing when the configuration is not valid. */
  readonly summary?: ConfigSummary;
}

/** Checks the text of a configuration; `file` is how the report calls it. */
export function checkConfig(file: string, text: string): ConfigReport {
  const result = parseSamplingConfig(text);
  const { warnings } = result;
  if (!result.ok) return { file, valid: false, errors: result.issues, warnings };
  return { file, valid: true, errors: [], warnings, summary: summarizeConfig(result.config) };
}

/** Of a file that could not be read. */
export function unreadable(file: string, error: unknown): ConfigReport {
  const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  return { file, valid: false, errors: [{ path: '', message }], warnings: [] };
}
