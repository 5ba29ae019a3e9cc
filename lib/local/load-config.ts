import { readFileSync } from 'node:fs';
import type { ConfigIssue } from '../sampling/config/config-issues.ts';
import { parseSamplingConfig } from '../sampling/config/parse-sampling-config.ts';
import type { SamplingConfig } from '../sampling/sampling-config.ts';
import { UsageError } from './options.ts';

/** @throws {UsageError} when the file cannot be read or is not a valid configuration: every error, a line each */
export function loadConfig(file: string): { readonly config: SamplingConfig; readonly warnings: readonly string[] } {
  const result = parseSamplingConfig(readFile(file));
  const warnings = result.warnings.map((issue) => describe(file, issue));
  if (!result.ok) throw new UsageError(result.issues.map((issue) => describe(file, issue)).join('\n'));
  return { config: result.config, warnings };
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--config ${file} cannot be read: ${reason}`, { cause: error });
  }
}

function describe(file: string, { path, message, line }: ConfigIssue): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}
