import { readFileSync } from 'node:fs';
import type { ConfigIssue } from '../sampling/config/issues.ts';
import { whyUnreadable } from '../sampling/config/issues.ts';
import { readSamplingConfig } from '../sampling/config/parse-sampling-config.ts';
import type { SamplingConfig } from '../sampling/sampling-config.ts';

/** The file is not a valid configuration. The message has one line for each thing that is wrong, with its place. */
export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError';
}

export interface ConfigFile {
  readonly config: SamplingConfig;
  /** One line, with its place, for each setting that works and may not be meant. */
  readonly warnings: readonly string[];
  /**
   * One line, with its place, for each thing that Tailgate does differently, or not at all, without an effect on what
   * is kept.
   */
  readonly notes: readonly string[];
}

/**
 * Reads a tail_sampling configuration: a Collector file, or just the block.
 *
 * @throws {ConfigFileError} if the file cannot be read, or anything in it is wrong
 */
export function readConfigFile(file: string): ConfigFile {
  const result = readSamplingConfig(read(file));
  if (!result.ok) throw new ConfigFileError(result.issues.map((issue) => describe(file, issue)).join('\n'));
  const inWords = (issues: readonly ConfigIssue[]) => issues.map((issue) => describe(file, issue));
  return { config: result.config, warnings: inWords(result.warnings), notes: inWords(result.notes) };
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigFileError(`configuration ${file} cannot be read: ${whyUnreadable(error)}`, { cause: error });
  }
}

function describe(file: string, { path, message, line }: ConfigIssue): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}
