import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';
import type { Engine } from './engine.ts';

export const STACK = 'Tailgate';

export interface Deployment {
  /** Where the function URL answers on this engine. */
  readonly ingestUrl: string;
  readonly key: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** `cdk bootstrap`, `cdk deploy` and `npm run keys -- create`, as in docs/deploy.md. */
export async function deploy(engine: Engine, account: string, policies: string): Promise<Deployment> {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-deploy-'));
  const policiesFile = join(folder, 'policies.yaml');
  writeFileSync(policiesFile, policies);
  const settings = ['-c', `policies=${policiesFile}`, '-c', `stackName=${STACK}`, '--output', join(folder, 'cdk.out')];
  const outputsFile = join(folder, 'outputs.json');
  await run('cdk', ['bootstrap', `aws://${account}/us-east-1`, ...settings], engine);
  await run('cdk', ['deploy', '--require-approval', 'never', '--outputs-file', outputsFile, ...settings], engine);
  const outputs = JSON.parse(readFileSync(outputsFile, 'utf8'))[STACK] as Record<string, string>;
  const created = await run('npm', ['run', '--silent', 'keys', '--', 'create', '--stack', STACK], engine);
  const key = /tg_\w+/.exec(created)?.[0];
  if (key === undefined) throw new Error(`npm run keys printed no key:\n${created}`);
  return { ingestUrl: localUrl(engine, outputs['IngestUrl'] ?? ''), key, outputs };
}

/** Function URLs have names that only AWS resolves; both engines also serve them under a path or a host of their own. */
function localUrl({ endpoint, name }: Engine, url: string): string {
  const host = new URL(url).host;
  if (!host.endsWith('.on.aws')) return url;
  const [id = ''] = host.split('.');
  if (name.startsWith('MiniStack')) return `${endpoint}/_aws/lambda-url/${id}`;
  const { port } = new URL(endpoint);
  return `http://${id}.lambda-url.us-east-1.localhost.localstack.cloud:${port}`;
}
