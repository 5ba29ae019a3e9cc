import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Policies } from '../../../lib/cdk/policies.ts';
import { TailgateStack } from '../../../lib/cdk/tailgate-stack.ts';
import type { LambdaFunction } from '../../support/lambda/lambda-process.ts';

export type BuiltFunction = Omit<LambdaFunction, 'environment'>;

/** Synthesises the app into a folder as `cdk deploy` does, with esbuild. */
export function buildFunctions(
  outdir: string,
  policies: string,
): Readonly<Record<'Ingest' | 'Decide' | 'Compact' | 'Read', BuiltFunction>> {
  const app = new App({ outdir, context: { 'aws:cdk:enable-asset-metadata': true } });
  const env = { account: '111111111111', region: 'eu-west-1' };
  const stack = new TailgateStack(app, 'Tailgate', {
    env,
    pipeline: { policies: Policies.fromText(policies), compaction: true, read: true },
  });
  const functions = Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
  const find = (part: string) => {
    const [, resource] = functions.find(([id]) => id.startsWith(`Tailgate${part}`)) ?? [];
    if (resource === undefined) throw new Error(`the stack has no function ${part}`);
    return {
      codeDir: join(outdir, resource['Metadata']['aws:asset:path']),
      handler: resource['Properties']['Handler'],
    };
  };
  return { Ingest: find('Ingest'), Decide: find('Decide'), Compact: find('Compact'), Read: find('Read') };
}
