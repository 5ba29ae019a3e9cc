import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { parameterArn } from './parameter-arn.ts';
import type { Policies } from './policies.ts';

export interface PoliciesParameterProps {
  readonly policies: Policies;
  /** Name of the parameter. */
  readonly parameterName: string;
}

/**
 * The policies as an SSM parameter. Running functions read it again within a minute; Parameter Store keeps its last 100
 * versions. A change from outside (`npm run policies -- put`) stays until a deployment with other policies.
 */
export class PoliciesParameter extends Construct {
  readonly parameterName: string;
  readonly parameterArn: string;

  constructor(scope: Construct, id: string, props: PoliciesParameterProps) {
    super(scope, id);
    // The L2 construct has no Intelligent-Tiering that lets a large value take the advanced tier and a small one stay there.
    const parameter = new CfnParameter(this, 'Resource', {
      name: props.parameterName,
      type: 'String',
      tier: 'Intelligent-Tiering',
      value: props.policies.parameterValue,
      description: 'Tailgate: the tail_sampling policies. Change them with "npm run policies".',
    });
    this.parameterName = parameter.ref;
    this.parameterArn = parameterArn(this, props.parameterName);
  }
}
