import { readFileSync } from 'node:fs';
import type { ExitCode } from '../terminal/errors.ts';
import { jsonText } from '../terminal/show.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type ConfigReport, checkConfig, reportLines, unreadable } from './config-report.ts';

export interface ValidateInput {
  /** None: `tailgate.yaml`. */
  readonly files: readonly string[];
  readonly json: boolean;
}

export interface ValidateDeps {
  /** The bytes of a file, or of standard input for `-`; throws when there are none. */
  readonly read: (file: string) => Uint8Array;
}

/** Checks configurations and prints a report of each. Returns 1 when any of them has an error. */
export function runValidate(
  { files, json }: ValidateInput,
  terminal: Terminal,
  { read }: ValidateDeps = { read: (file) => readFileSync(file === '-' ? 0 : file) },
): ExitCode {
  const reports = (files.length === 0 ? ['tailgate.yaml'] : files).map((file) => report(file, read));
  for (const [i, result] of reports.entries()) {
    if (json) terminal.print(jsonText(result));
    else for (const line of [...(i > 0 ? [''] : []), ...reportLines(result)]) terminal.print(line);
  }
  return reports.every(({ valid }) => valid) ? 0 : 1;
}

function report(file: string, read: ValidateDeps['read']): ConfigReport {
  let bytes: Uint8Array;
  try {
    bytes = read(file);
  } catch (error) {
    return unreadable(file, error);
  }
  return checkConfig(file, bytes);
}
