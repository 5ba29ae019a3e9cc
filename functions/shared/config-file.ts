import { readFileSync } from 'node:fs';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';

/** @throws {Error} which lists everything that is wrong with the file */
export function readConfigFile(path: string): SamplingConfig {
  const result = parseSamplingConfig(readFileSync(path, 'utf8'));
  if (result.ok) return result.config;
  throw new Error(`${path}:\n${result.issues.map((issue) => `${issue.path}: ${issue.message}`).join('\n')}`);
}
