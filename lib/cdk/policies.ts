import { readFileSync } from 'node:fs';
import { Annotations, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct, type IConstruct } from 'constructs';
import { encodeConfigText } from '../aws/ssm/config-text.ts';
import { decodeText } from '../sampling/config/decode-text.ts';
import type { ConfigIssue } from '../sampling/config/issues.ts';
import { readSamplingConfig } from '../sampling/config/parse-sampling-config.ts';
import { whyUnreadable } from '../text/messages.ts';
import { parameterArn } from './pipeline-function.ts';

/** Properties of the parameter with the policies. */
export interface PoliciesParameterProps {
  /** The value that a deployment stores when the policies have changed since the last one. */
  readonly policies: Policies;
  /** Name of the parameter. */
  readonly parameterName: string;
}

/**
 * The policies as an SSM parameter. Running functions re-read it within a minute; Parameter Store keeps its last 100 versions.
 * A change by `tailgate policies put` stays until a deployment with other policies.
 *
 * @example
 * ```ts
 * pipeline.policies.grantPut(deployRole);
 * ```
 */
export class PoliciesParameter extends Construct {
  /** Name of the parameter. */
  readonly parameterName: string;
  /** ARN of the parameter. */
  readonly parameterArn: string;

  constructor(scope: Construct, id: string, props: PoliciesParameterProps) {
    super(scope, id);
    // The L2 construct lacks Intelligent-Tiering, which uses the advanced tier only for a value that needs it.
    const parameter = new CfnParameter(this, 'Resource', {
      name: props.parameterName,
      type: 'String',
      tier: 'Intelligent-Tiering',
      value: props.policies.parameterValue,
      description: 'Tailgate: the tail_sampling policies. Change them with "tailgate policies".',
    });
    this.parameterName = parameter.ref;
    this.parameterArn = parameterArn(this, props.parameterName);
  }

  /** Lets a principal read and change the policies, as `tailgate policies` does with `--parameter`. */
  grantPut(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameter', 'ssm:GetParameterHistory', 'ssm:PutParameter'],
      resourceArns: [this.parameterArn],
    });
  }
}

/**
 * The `tail_sampling` configuration that a pipeline starts with: a Collector's file, a `tail_sampling` block, or its bare options.
 * Synthesis fails if they have errors.
 *
 * @example
 * ```ts
 * Policies.fromFile('tailgate.yaml');
 * Policies.fromText('policies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]');
 * ```
 */
export class Policies {
  /** Reads a file, relative to the working directory. Its errors are reported together with those of the other properties. */
  static fromFile(path: string): Policies {
    try {
      return Policies.#fromBytes(readFileSync(path), path);
    } catch (error) {
      return new Policies('', [`${path} cannot be read: ${whyUnreadable(error)}`]);
    }
  }

  /**
   * Takes the text of a file.
   *
   * @param text - YAML or JSON
   * @param source - name of the text in messages
   */
  static fromText(text: string, source = 'policies'): Policies {
    return Policies.#fromBytes(Buffer.from(text), source);
  }

  static #fromBytes(bytes: Uint8Array, source: string): Policies {
    const result = readSamplingConfig(bytes);
    if (!result.ok) return new Policies('', inWords(source, result.issues), inWords(source, result.warnings));
    try {
      const value = encodeConfigText(decodeText(bytes));
      return new Policies(value, [], inWords(source, result.warnings), inWords(source, result.notes));
    } catch (error) {
      return new Policies('', [`${source}: ${error instanceof Error ? error.message : String(error)}`]);
    }
  }

  /** The value of the SSM parameter; empty when there is a problem. */
  readonly parameterValue: string;
  /** A line for each error, with its place. */
  readonly problems: readonly string[];
  /** A line for each thing that works but may not be intended, with its place. */
  readonly warnings: readonly string[];
  /** A line for each setting that Tailgate handles differently or ignores, harmlessly. */
  readonly notes: readonly string[];

  private constructor(
    parameterValue: string,
    problems: readonly string[],
    warnings: readonly string[] = [],
    notes: readonly string[] = [],
  ) {
    this.parameterValue = parameterValue;
    this.problems = problems;
    this.warnings = warnings;
    this.notes = notes;
  }
}

function inWords(source: string, issues: readonly ConfigIssue[]): readonly string[] {
  return issues.map(({ path, message, line }) => {
    const place = line === undefined ? source : `${source}:${line}`;
    return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
  });
}

/** Attaches the warnings and notes of the policies to a pipeline, so that the CDK prints them. */
export function reportPolicies(pipeline: IConstruct, { warnings, notes }: Policies): void {
  for (const [i, warning] of warnings.entries()) Validations.of(pipeline).addWarning(`tailgate:policies-${i}`, warning);
  for (const note of notes) Annotations.of(pipeline).addInfo(note);
}
