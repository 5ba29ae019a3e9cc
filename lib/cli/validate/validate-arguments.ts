import { parseArgs } from 'node:util';

export const VALIDATE_USAGE = `Usage: npm run validate -- [file …] [--json]

Checks tail_sampling configurations: a Collector file (also inside of Helm values, an OpenTelemetryCollector resource, a
ConfigMap or the output of "helm template"), a tail_sampling block, or its bare options. Reports every error, warning and
note with its place and, when there is no error, says in plain words which traces will be kept.
Exit code 1 when there is an error, otherwise 0.

  file     default: tailgate.yaml; - is the standard input
  --json   one JSON object per file and line, for programs
  --help   this text`;

export interface ValidateArguments {
  readonly files: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
}

/** @throws {TypeError} on an unknown flag */
export function parseValidateArguments(argv: readonly string[]): ValidateArguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  return {
    files: positionals.length === 0 ? ['tailgate.yaml'] : positionals,
    json: values.json ?? false,
    help: values.help ?? false,
  };
}
