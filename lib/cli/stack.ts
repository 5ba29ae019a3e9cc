import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { CommandError } from '../terminal/errors.ts';

/** The outputs of a deployed stack, by what they name. */
const STACK_OUTPUTS = {
  ReadUrl: 'URL of the page with the kept traces; deploy with -c read=true',
  IngestUrl: 'URL that exporters send to, without /v1/traces',
  PoliciesParameter: 'SSM parameter with the policies',
  KeysPath: 'SSM path of the ingest keys; "none": spans are taken without a key',
  WakeUpQueueUrl: 'URL of the wake-up queue',
  DeadLetterQueueUrl: 'URL of the dead-letter queue',
  BufferTable: 'DynamoDB table of the span buffer; deploy this version of Tailgate to have it',
  ArchiveBucket: 'bucket of the kept traces',
  Database: 'Glue database of the archive',
  WorkGroup: 'Athena workgroup of the queries',
  Tenants: 'whether tenants are kept apart: "true" or "false"',
  RetentionDays: 'how many days kept traces stay',
} as const;

export type StackOutput = keyof typeof STACK_OUTPUTS;

/** A client with the account and region of the shell, as the AWS CLI takes them. */
export function createCloudFormationClient(): CloudFormationClient {
  return new CloudFormationClient({});
}

/**
 * The values of some outputs of a stack.
 * @throws {CommandError} when there is no such stack, it is not deployed yet, or lacks an output
 */
export async function readStackOutputs<Name extends StackOutput>(
  client: CloudFormationClient,
  stackName: string,
  names: readonly Name[],
): Promise<Readonly<Record<Name, string>>> {
  const stack = await describeStack(client, stackName);
  const found = new Map(stack.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const missing = names.filter((name) => found.get(name) === undefined);
  if (missing.length > 0) {
    const lacks = missing.map((name) => `${name} (${STACK_OUTPUTS[name]})`).join(', ');
    throw new CommandError(
      `stack ${stackName} (${stack.StackStatus}) has no output ${lacks}: is it a Tailgate stack, and did its deployment end?`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, found.get(name)])) as Readonly<Record<Name, string>>;
}

async function describeStack(client: CloudFormationClient, stackName: string): Promise<Stack> {
  const region = await client.config.region();
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    if (Stacks[0] !== undefined) return Stacks[0];
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('does not exist')) throw error;
  }
  throw new CommandError(
    `there is no stack ${stackName} in ${region}: check its name, AWS_REGION and AWS_PROFILE ("npx cdk list" shows the names)`,
  );
}
