import { Fn, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Names of pipelines: they become part of SSM paths, and the names of the Athena workgroup and of the Glue database. */
export const PIPELINE_NAME: RegExp = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const MAX_PIPELINE_NAME_LENGTH = 48;

/** The default name of a pipeline; `undefined`: the name of its stack is not known yet. */
export function defaultPipelineName(scope: IConstruct): string | undefined {
  const { stackName } = Stack.of(scope);
  return Token.isUnresolved(stackName) ? undefined : stackName.toLowerCase();
}

export function nameProblems(name: string | undefined): readonly string[] {
  if (name === undefined) return ['pipelineName: is needed, because the name of the stack is not known yet'];
  if (Token.isUnresolved(name) || (PIPELINE_NAME.test(name) && name.length <= MAX_PIPELINE_NAME_LENGTH)) return [];
  return [
    `pipelineName: "${name}": expected at most ${MAX_PIPELINE_NAME_LENGTH} lower-case letters, digits and single hyphens, a letter first`,
  ];
}

/** The Glue database of a pipeline: Athena's names have no hyphens. */
export function databaseNameOf(pipelineName: string): string {
  if (Token.isUnresolved(pipelineName)) return Fn.join('_', Fn.split('-', pipelineName));
  return pipelineName.replaceAll('-', '_');
}

/**
 * Finds other pipelines of the app with the same name, account and region: they would share policies and keys, and the second
 * deployment would fail half-way.
 */
export function collisionProblems(
  name: string | undefined,
  self: IConstruct,
  isPipeline: (construct: IConstruct) => construct is IConstruct & { readonly pipelineName: string },
): readonly string[] {
  const { account, region } = Stack.of(self);
  return self.node.root.node
    .findAll()
    .filter((other) => other !== self)
    .filter(isPipeline)
    .filter((other) => other.pipelineName === name)
    .filter((other) => Stack.of(other).account === account && Stack.of(other).region === region)
    .map((other) => `pipelineName: "${name}" is the name of ${other.node.path} already: give one of them another`);
}
