import type { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The CloudFormation resource behind a construct of the AWS library, for what that has no property for. */
export function defaultChild<Resource extends CfnResource>(construct: IConstruct): Resource {
  return construct.node.defaultChild as Resource;
}
