import { type CfnResource, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The CloudFormation resource behind a construct of the AWS library, for settings that the construct has no property for. */
export function defaultChild<Resource extends CfnResource>(construct: IConstruct): Resource {
  return construct.node.defaultChild as Resource;
}

/** Acknowledges a finding of cdk-nag's AwsSolutions pack on a construct, with the reason why it does not apply. */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/** Acknowledges a wildcard in a resource of a role. Other wildcards of the role are still reported. */
export function acknowledgeWildcard(role: IConstruct, resourceArn: string, reason: string): void {
  acknowledge(role, `IAM5[Resource::${inFindings(Stack.of(role).resolve(resourceArn))}]`, reason);
}

/** An ARN as cdk-nag spells it in its findings: references in angle brackets. */
function inFindings(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isIntrinsic(value, 'Fn::Join')) return value['Fn::Join'][1].map(inFindings).join(value['Fn::Join'][0]);
  if (isIntrinsic(value, 'Fn::GetAtt')) return `<${value['Fn::GetAtt'].join('.')}>`;
  if (isIntrinsic(value, 'Ref')) return `<${value.Ref}>`;
  return JSON.stringify(value);
}

interface Intrinsics {
  readonly 'Fn::Join': readonly [string, readonly unknown[]];
  readonly 'Fn::GetAtt': readonly [string, string];
  readonly Ref: string;
}

function isIntrinsic<Name extends keyof Intrinsics>(value: unknown, name: Name): value is Pick<Intrinsics, Name> {
  return typeof value === 'object' && value !== null && name in value;
}
