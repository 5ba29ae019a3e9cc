import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { ConfigParameter, type ConfigVersion } from '../../aws/ssm/config-parameter.ts';
import { decodeConfigText } from '../../aws/ssm/config-text.ts';
import { SystemClock } from '../../aws/system.ts';
import { whyUnreadable } from '../../sampling/config/issues.ts';
import { decodeText, parseSamplingConfig } from '../../sampling/config/parse-sampling-config.ts';
import { escapeForTerminal } from '../../terminal/escape.ts';
import { runCommand } from '../run-command.ts';
import { readStackOutputs } from '../stack.ts';
import { checkConfig } from '../validate/check-config.ts';
import { reportLines } from '../validate/report-lines.ts';
import { POLICIES_USAGE, type PoliciesCommand, parsePoliciesArguments } from './policies-arguments.ts';

export interface PoliciesIo {
  readonly ssm: SSMClient;
  readonly cloudFormation: CloudFormationClient;
  /** A file, or the standard input for `-`; throws when there is none. */
  readonly read: (file: string) => Uint8Array;
  readonly print: (line: string) => void;
  /** For what is not the output itself. */
  readonly complain: (line: string) => void;
}

/** The command `policies`. Resolves to the exit code: 0, or 1 when it did not do what was asked. */
export function runPolicies(argv: readonly string[], io: PoliciesIo): Promise<0 | 1> {
  return runCommand(argv, io, {
    usage: POLICIES_USAGE,
    parse(given) {
      const args = parsePoliciesArguments(given);
      return args.action === 'help' ? undefined : args;
    },
    run: (command) => run(command, io),
  });
}

async function run(command: PoliciesCommand, io: PoliciesIo): Promise<0 | 1> {
  // Read and checked first, so that a mistake in the file is reported without an account.
  const text = command.action === 'put' ? validText(command.file, io) : '';
  if (text === undefined) return 1;
  const { target } = command;
  const name =
    'parameter' in target
      ? target.parameter
      : (await readStackOutputs(io.cloudFormation, target.stack, ['PoliciesParameter'])).PoliciesParameter;
  const parameter = new ConfigParameter({ client: io.ssm, name, clock: new SystemClock() });
  switch (command.action) {
    case 'show':
      return show(parameter, command.version, io);
    case 'put':
      return put(parameter, text, io);
    case 'history':
      for (const version of await parameter.history()) io.print(historyLine(version));
      return 0;
  }
}

/** The text of a valid file; undefined, after everything that is wrong has been reported, of any other. */
function validText(file: string, io: PoliciesIo): string | undefined {
  let bytes: Uint8Array;
  try {
    bytes = io.read(file);
  } catch (error) {
    throw new Error(`${file} cannot be read: ${whyUnreadable(error)}`, { cause: error });
  }
  const report = checkConfig(file, bytes);
  for (const line of reportLines(report)) io.complain(line);
  if (report.valid) return decodeText(bytes);
  io.complain('nothing was stored');
  return undefined;
}

async function show(parameter: ConfigParameter, version: number | undefined, io: PoliciesIo): Promise<0 | 1> {
  const stored = version === undefined ? await parameter.latest() : await parameter.at(version);
  if (stored === undefined) {
    io.complain(`error: ${parameter.name} has no version ${version}; "history" lists those that are kept`);
    return 1;
  }
  io.complain(`version ${stored.version} of ${parameter.name}`);
  io.print(decodeConfigText(stored.value).replace(/\n$/, ''));
  return 0;
}

async function put(parameter: ConfigParameter, text: string, io: PoliciesIo): Promise<0> {
  const latest = await parameter.latest();
  if (isText(latest.value, text)) {
    io.print(`version ${latest.version} of ${parameter.name} is the same: nothing to store`);
    return 0;
  }
  const version = await parameter.put(text);
  io.print(`stored as version ${version} of ${parameter.name}; running functions use it within a minute`);
  return 0;
}

function isText(value: string, text: string): boolean {
  try {
    return decodeConfigText(value) === text;
  } catch {
    return false;
  }
}

function historyLine({ version, value, storedAt, storedBy }: ConfigVersion): string {
  return escapeForTerminal(
    `${String(version).padStart(4)}  ${storedAt?.toISOString() ?? ''}  ${validity(value)}  ${storedBy ?? ''}`,
  );
}

/** As the functions see it. */
function validity(value: string): string {
  try {
    return parseSamplingConfig(decodeConfigText(value), { lostComponents: 'warning' }).ok ? 'valid  ' : 'refused';
  } catch {
    return 'refused';
  }
}
