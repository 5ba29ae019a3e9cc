import { type ConfigReport, checkConfig, unreadable } from './check-config.ts';
import { reportLines } from './report-lines.ts';
import { parseValidateArguments, VALIDATE_USAGE, type ValidateArguments } from './validate-arguments.ts';

export interface ValidateIo {
  /** The bytes of a file, or of the standard input for `-`; throws when there is none. */
  readonly read: (file: string) => Uint8Array;
  readonly print: (line: string) => void;
  /** For what is wrong with the command line itself. */
  readonly complain: (line: string) => void;
}

/** The command `validate`. Returns the exit code: 0, or 1 when any of the configurations has an error. */
export function runValidate(argv: readonly string[], io: ValidateIo): 0 | 1 {
  let args: ValidateArguments;
  try {
    args = parseValidateArguments(argv);
  } catch (error) {
    io.complain(`error: ${error instanceof Error ? error.message : String(error)}\n\n${VALIDATE_USAGE}`);
    return 1;
  }
  if (args.help) {
    io.print(VALIDATE_USAGE);
    return 0;
  }
  const reports = args.files.map((file) => report(file, io));
  for (const [i, result] of reports.entries()) {
    if (args.json) io.print(JSON.stringify(result));
    else for (const line of [...(i > 0 ? [''] : []), ...reportLines(result)]) io.print(line);
  }
  return reports.every(({ valid }) => valid) ? 0 : 1;
}

function report(file: string, io: ValidateIo): ConfigReport {
  let bytes: Uint8Array;
  try {
    bytes = io.read(file);
  } catch (error) {
    return unreadable(file, error);
  }
  return checkConfig(file, bytes);
}
