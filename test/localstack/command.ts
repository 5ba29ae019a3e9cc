import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Engine } from './engine.ts';

/** The variables by which the CDK, the command lines of Tailgate and the AWS SDK find the engine. */
function environmentOf({ endpoint, certificateFile }: Engine): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    CDK_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    // The CDK has a variable of its own.
    ...(certificateFile && { NODE_EXTRA_CA_CERTS: certificateFile, AWS_CA_BUNDLE: certificateFile }),
  };
}

/** Runs a command as a user does. Resolves to its standard output; throws with everything it wrote when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  engine: Engine,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(command, args, {
    env: { ...process.env, ...environmentOf(engine), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
