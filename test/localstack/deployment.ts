import { rejects } from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';
import type { Engine, Resource } from './engine.ts';

export const STACK = 'Tailgate';

export interface Pipeline {
  /** Where the function URL answers on this engine. */
  readonly ingestUrl: string;
  readonly key: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface Deployment extends Pipeline {
  /** Folder of the synthesised app. */
  readonly app: string;
}

/** `cdk deploy`, which is told to bootstrap first, `cdk bootstrap`, `cdk deploy` and `tailgate keys create`, as in docs/deploy.md. */
export async function deploy(engine: Engine, account: string, policies: string): Promise<Deployment> {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-deploy-'));
  const policiesFile = join(folder, 'policies.yaml');
  writeFileSync(policiesFile, policies);
  const app = join(folder, 'cdk.out');
  const settings = [
    '-c',
    `policies=${policiesFile}`,
    '-c',
    `stackName=${STACK}`,
    '-c',
    'compaction=true',
    '-c',
    'read=true',
  ];
  await run('cdk', ['synth', '--quiet', ...settings, '--output', app], engine, { CDK_DEFAULT_ACCOUNT: account });
  adapt(engine, join(app, `${STACK}.template.json`));
  const outputsFile = join(folder, 'outputs.json');
  const deployArguments = ['deploy', '--app', app, '--require-approval', 'never', '--outputs-file', outputsFile];
  await rejects(run('cdk', deployArguments, engine), /[Pp]lease run 'cdk bootstrap'/);
  await run('cdk', ['bootstrap', `aws://${account}/us-east-1`, '--app', app], engine);
  await run('cdk', deployArguments, engine);
  const outputs = JSON.parse(readFileSync(outputsFile, 'utf8'))[STACK] as Record<string, string>;
  const key = await createKey(engine);
  return { app, ingestUrl: localUrl(engine, outputs['IngestUrl'] ?? ''), key, outputs };
}

/** Makes a key with the command. @param options such as `--read` */
export async function createKey(engine: Engine, ...options: readonly string[]): Promise<string> {
  const command = ['bin/tailgate.mjs', 'keys', 'create', '--stack', STACK, ...options];
  const created = await run(process.execPath, command, engine);
  const key = /tg_\w+/.exec(created)?.[0];
  if (key === undefined) throw new Error(`tailgate keys printed no key:\n${created}`);
  return key;
}

/** Makes a template that the engine takes. Says what is lost by it. */
export function adapt(engine: Engine, file: string): void {
  const template = JSON.parse(readFileSync(file, 'utf8')) as { readonly Resources: Record<string, Resource> };
  let resources = Object.entries(template.Resources);
  for (const { what, adapt } of engine.gaps) {
    const adapted = resources.flatMap(([id, resource]) => {
      const taken = adapt(resource);
      return taken === undefined ? [] : [[id, taken] as [string, Resource]];
    });
    if (adapted.length < resources.length || adapted.some(([, resource], at) => resource !== resources[at]?.[1])) {
      console.log(`NOT COVERED by this engine: ${what}`);
    }
    resources = adapted;
  }
  writeFileSync(file, JSON.stringify({ ...template, Resources: Object.fromEntries(resources) }));
}

/** Function URLs have names that only AWS resolves; both engines also serve them under a path or a host of their own. */
export function localUrl({ endpoint, name }: Engine, url: string): string {
  const host = new URL(url).host;
  if (!host.endsWith('.on.aws')) return url;
  const [id = ''] = host.split('.');
  if (name.startsWith('MiniStack')) return `${endpoint}/_aws/lambda-url/${id}`;
  const { port } = new URL(endpoint);
  return `http://${id}.lambda-url.us-east-1.localhost.localstack.cloud:${port}`;
}
