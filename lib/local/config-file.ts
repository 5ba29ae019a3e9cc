import { readFileSync } from 'node:fs';
import type { ConfigIssue } from '../sampling/config/issues.ts';
import { readSamplingConfig } from '../sampling/config/parse-sampling-config.ts';
import type { SamplingConfig } from '../sampling/sampling-config.ts';
import { CommandError } from '../terminal/errors.ts';
import { unreadableFile } from '../terminal/read-file.ts';

export interface ConfigFile {
  readonly config: SamplingConfig;
  /** As it was read. */
  readonly text: Uint8Array;
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
 * @throws {CommandError} if the file cannot be read, or with everything that is wrong in it
 */
export function readConfigFile(file: string): ConfigFile {
  const text = read(file);
  const result = readSamplingConfig(text);
  const inWords = (issues: readonly ConfigIssue[]) => issues.map((issue) => describe(file, issue));
  if (!result.ok) throw new CommandError(inWords(result.issues));
  return { config: result.config, text, warnings: inWords(result.warnings), notes: inWords(result.notes) };
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw unreadableFile(`configuration ${file}`, error);
  }
}

function describe(file: string, { path, message, line }: ConfigIssue): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}
