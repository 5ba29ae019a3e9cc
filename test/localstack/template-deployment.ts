import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TEMPLATE_FILE, writeCloudFormation } from '../../scripts/build/cloudformation/write-cloudformation.ts';
import { HANDLERS } from '../../scripts/build/handlers.ts';
import { pipPackages } from '../support/pip-packages.ts';
import { run } from './command.ts';
import { adapt, localUrl, type Pipeline } from './deployment.ts';
import type { Engine } from './engine.ts';

const AWS_CLI = 'awscli==1.46.3';

const UPGRADE = [
  'aws cloudformation deploy --stack-name tailgate --template-file dist/cloudformation/tailgate.template.json',
  '--s3-bucket my-tailgate-assets --capabilities CAPABILITY_IAM --parameter-overrides',
].join(' ');

/**
 * The CloudFormation template as a user without Node.js deploys it: runs the commands of docs/deploy.md, as they stand there, with the AWS
 * CLI.
 */
export async function deployTemplate(engine: Engine, policies: string): Promise<Pipeline> {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-template-'));
  try {
    const out = join(folder, 'dist/cloudformation');
    writeCloudFormation({ handlersFolder: HANDLERS, out });
    adapt(engine, join(out, TEMPLATE_FILE));
    writeFileSync(join(folder, 'tailgate.yaml'), policies);
    const [deploy = '', createKey = ''] = commandsOf('## Without Node.js');
    await changeStack(engine, folder, deploy);
    // As an upgrade does: parameters that are left out keep their values.
    await changeStack(engine, folder, `${UPGRADE} Compaction=true CorsOrigins=https://shop.example`);
    const printed = await bash(engine, folder, createKey);
    const key = /^x-api-key=(tg_\w+)$/m.exec(printed)?.[1];
    if (key === undefined) throw new Error(`the commands of docs/deploy.md printed no key:\n${printed}`);
    const json = await bash(engine, folder, 'aws cloudformation describe-stacks --stack-name tailgate --output json');
    const [stack] = JSON.parse(json).Stacks as readonly { readonly Outputs: readonly Record<string, string>[] }[];
    const outputs = Object.fromEntries(
      stack?.Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]) ?? [],
    );
    return { ingestUrl: localUrl(engine, outputs['IngestUrl'] ?? ''), key, outputs };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The AWS CLI names a change set after the second in which it makes it, and sends a request again whose answer did not come. An
 * engine that is quicker than CloudFormation, or busier, then has that change set already: the next second has a name of its own.
 */
async function changeStack(engine: Engine, folder: string, command: string): Promise<void> {
  try {
    await bash(engine, folder, command);
  } catch (error) {
    if (!String(error).includes('(AlreadyExistsException) when calling the CreateChangeSet')) throw error;
    await sleep(1000);
    await bash(engine, folder, command);
  }
}

/** The shell blocks of a chapter. */
function commandsOf(heading: string): readonly string[] {
  const page = readFileSync('docs/deploy.md', 'utf8');
  const [, chapter = ''] = page.split(`${heading}\n`);
  return [...(chapter.split('\n## ')[0] ?? '').matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
}

function bash(engine: Engine, folder: string, commands: string): Promise<string> {
  const packages = pipPackages(AWS_CLI);
  const aws = `aws() { PYTHONPATH="${packages}" python3 "${packages}/bin/aws" "$@"; }`;
  return run('bash', ['-ec', `${aws}\ncd "${folder}"\n${commands}`], engine);
}
