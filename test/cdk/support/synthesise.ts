import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { TailSamplingPipelineProps } from '../../../lib/cdk/pipeline-props.ts';
import { Policies } from '../../../lib/cdk/policies.ts';
import { TailSamplingPipeline } from '../../../lib/cdk/tail-sampling-pipeline.ts';
import { TailgateStack } from '../../../lib/cdk/tailgate-stack.ts';

/** An account that does not exist: nothing here may ask AWS. */
export const ENV = { account: '111111111111', region: 'eu-west-1' };

export const POLICIES = Policies.fromText('policies: [{ name: all, type: always_sample }]');

/** An app that copies no handlers to a folder of its own: nothing here looks at them. */
export function unstagedApp(): App {
  return new App({ context: { 'aws:cdk:disable-asset-staging': true } });
}

export type PipelineOptions = Partial<TailSamplingPipelineProps>;

/** The stack of a pipeline with some options. */
export function pipelineStack(options: PipelineOptions = {}): TailgateStack {
  return new TailgateStack(unstagedApp(), 'Tailgate', { env: ENV, pipeline: { policies: POLICIES, ...options } });
}

/** The template of a pipeline; options that need a stack to be made in are given as a function. */
export function synthesise(options: PipelineOptions | ((stack: Stack) => PipelineOptions) = {}): Template {
  if (typeof options !== 'function') return Template.fromStack(pipelineStack(options));
  const stack = new Stack(unstagedApp(), 'Tailgate', { env: ENV });
  new TailSamplingPipeline(stack, 'Tailgate', { policies: POLICIES, ...options(stack) });
  return Template.fromStack(stack);
}

/** The one resource by the beginning of its logical ID and its type. */
export function resource(template: Template, type: string, prefix = '') {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.startsWith(prefix));
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(
      `${found.length} resources of ${type} start with "${prefix}": ${found.map(([id]) => id).join(', ')}`,
    );
  }
  return only[1];
}
