import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { createSsmClient } from '../aws/clients.ts';
import { ConfigParameter, type ConfigVersion } from '../aws/ssm/config-parameter.ts';
import { decodeConfigText } from '../aws/ssm/config-text.ts';
import { SystemClock } from '../aws/system.ts';
import { decodeText } from '../sampling/config/decode-text.ts';
import { parseSamplingConfig } from '../sampling/config/parse-sampling-config.ts';
import { CommandError, type ExitCode } from '../terminal/errors.ts';
import { readNamedFile } from '../terminal/read-file.ts';
import { escapeForTerminal } from '../terminal/show.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { checkConfig, reportLines } from './config-report.ts';
import { createCloudFormationClient, readStackOutputs } from './stack.ts';

export type PoliciesInput = {
  /** Exactly one of the two is given. */
  readonly stack: string | undefined;
  /** SSM parameter with the policies. */
  readonly parameter: string | undefined;
} & (
  | { readonly subcommand: 'show'; readonly version: number | undefined }
  | { readonly subcommand: 'put'; readonly file: string }
  | { readonly subcommand: 'history' }
);

export interface PoliciesDeps {
  readonly ssm: SSMClient;
  readonly cloudFormation: CloudFormationClient;
  /** The bytes of a file, or of standard input for `-`. @throws {CommandError} when there are none */
  readonly read: (file: string) => Uint8Array;
}

/** In the account and region of the shell. */
function accountOfTheShell(): PoliciesDeps {
  return { ssm: createSsmClient(), cloudFormation: createCloudFormationClient(), read: readNamedFile };
}

/** Shows, stores or lists versions of the policies of a deployed pipeline. */
export async function runPolicies(
  input: PoliciesInput,
  terminal: Terminal,
  { ssm, cloudFormation, read }: PoliciesDeps = accountOfTheShell(),
): Promise<ExitCode> {
  // Read and checked first, so that a mistake in the file is reported without an account.
  const text = input.subcommand === 'put' ? validText(input.file, read, terminal) : '';
  if (text === undefined) return 1;
  const { stack, parameter: given = '' } = input;
  const name =
    stack === undefined
      ? given
      : (await readStackOutputs(cloudFormation, stack, ['PoliciesParameter'])).PoliciesParameter;
  const parameter = new ConfigParameter({ client: ssm, name, clock: new SystemClock() });
  switch (input.subcommand) {
    case 'show':
      return show(parameter, input.version, terminal);
    case 'put':
      return put(parameter, text, terminal);
    case 'history':
      for (const version of await parameter.history()) terminal.print(historyLine(version));
      return 0;
  }
}

/** The text of a valid file; undefined, after everything that is wrong has been reported, of any other. */
function validText(file: string, read: PoliciesDeps['read'], terminal: Terminal): string | undefined {
  const bytes = read(file);
  const report = checkConfig(file, bytes);
  for (const line of reportLines(report)) terminal.complain(line);
  if (report.valid) return decodeText(bytes);
  terminal.complain('nothing was stored');
  return undefined;
}

async function show(parameter: ConfigParameter, version: number | undefined, terminal: Terminal): Promise<ExitCode> {
  const stored = version === undefined ? await parameter.latest() : await parameter.at(version);
  if (stored === undefined) {
    throw new CommandError(`${parameter.name} has no version ${version}; "history" lists those that are kept`);
  }
  terminal.complain(`version ${stored.version} of ${parameter.name}`);
  terminal.print(decodeConfigText(stored.value).replace(/\n$/, ''));
  return 0;
}

async function put(parameter: ConfigParameter, text: string, terminal: Terminal): Promise<0> {
  const latest = await parameter.latest();
  if (isText(latest.value, text)) {
    terminal.print(`version ${latest.version} of ${parameter.name} is the same: nothing to store`);
    return 0;
  }
  const version = await parameter.put(text);
  terminal.print(`stored as version ${version} of ${parameter.name}; running functions use it within a minute`);
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
