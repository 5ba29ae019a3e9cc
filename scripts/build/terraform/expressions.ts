import { TO_JSON_STRING } from '../cloudformation/json-text.ts';
import {
  conditionalOf,
  type Intrinsic,
  intrinsicOf,
  isList,
  isNoValue,
  isObject,
  type Json,
  type JsonObject,
  type Resource,
} from '../cloudformation/template.ts';
import { Call, Conditional, type Expression, NULL, ObjectExpression, Raw, Template } from './hcl.ts';

/** How the parts of a template are called in the module. */
export interface Names {
  /** Variable of a parameter, such as `var.pipeline_name`; `undefined`: there is no such parameter. */
  variable(parameter: string): string | undefined;
  /** The test of a condition, such as `var.compaction`. */
  test(condition: string): string;
  /** Type and name of a resource, with the index where it may not exist: `aws_sqs_queue.wake_ups`. */
  address(logicalId: string): string;
  resource(logicalId: string): Resource;
}

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': 'data.aws_caller_identity.current.account_id',
  'AWS::Partition': 'data.aws_partition.current.partition',
  'AWS::Region': 'data.aws_region.current.region',
  'AWS::URLSuffix': 'data.aws_partition.current.dns_suffix',
};

/** What `Ref` and `Fn::GetAtt` give, as attributes of Terraform's resource. `*` is its address. */
const ATTRIBUTES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AWS::Athena::WorkGroup': { Ref: 'name' },
  'AWS::CloudWatch::Alarm': { Arn: 'arn' },
  'AWS::DynamoDB::Table': { Ref: 'name', Arn: 'arn' },
  'AWS::Events::Rule': { Arn: 'arn' },
  'AWS::Glue::Database': { Ref: 'name' },
  'AWS::IAM::Role': { Ref: 'name', Arn: 'arn' },
  'AWS::Lambda::Function': { Ref: 'function_name', Arn: 'arn' },
  'AWS::Lambda::Url': { FunctionUrl: 'function_url' },
  // CloudFormation's ARN of a log group ends in `:*`, which stands for its streams; Terraform's does not.
  'AWS::Logs::LogGroup': { Ref: 'name', Arn: 'arn:*' },
  'AWS::S3::Bucket': { Ref: 'bucket', Arn: 'arn' },
  'AWS::SQS::Queue': { Ref: 'url', Arn: 'arn', QueueName: 'name' },
  'AWS::SSM::Parameter': { Ref: 'name' },
};

/** `PipelineName` as `pipeline_name`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
}

/** Translates values of a template to expressions. */
export class Expressions {
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  /** @throws {Error} for an intrinsic function, a reference or an attribute without a translation */
  of(value: Json): Expression {
    if (value === null) return NULL;
    if (isList(value)) return this.#list(value);
    if (!isObject(value)) return value;
    const intrinsic = intrinsicOf(value);
    return intrinsic === undefined ? this.#object(value) : this.#intrinsic(intrinsic);
  }

  /** The test of a condition. */
  test(condition: string): string {
    return this.#names.test(condition);
  }

  /** Optional elements become lists of one or none. */
  #list(elements: readonly Json[]): Expression {
    const lists: Expression[] = [];
    let always: Expression[] = [];
    for (const element of elements) {
      const conditional = conditionalOf(element);
      if (conditional === undefined || !isNoValue(conditional.whenFalse)) {
        always.push(this.of(element));
        continue;
      }
      if (always.length > 0) lists.push(always);
      always = [];
      lists.push(new Conditional(this.test(conditional.condition), [this.of(conditional.whenTrue)], []));
    }
    if (always.length > 0 || lists.length === 0) lists.push(always);
    const [only] = lists;
    return lists.length === 1 && only !== undefined ? only : new Call('concat', ...lists);
  }

  /** Optional members become maps of one or none. */
  #object(members: JsonObject): Expression {
    const always: [string, Expression][] = [];
    const optional: Expression[] = [];
    for (const [name, member] of Object.entries(members)) {
      const conditional = conditionalOf(member);
      if (conditional !== undefined && isNoValue(conditional.whenFalse)) {
        const one = new ObjectExpression([[name, this.of(conditional.whenTrue)]]);
        optional.push(new Conditional(this.test(conditional.condition), one, new ObjectExpression([])));
      } else always.push([name, this.of(member)]);
    }
    const object = new ObjectExpression(always);
    return optional.length === 0 ? object : new Call('merge', object, ...optional);
  }

  #intrinsic({ name, argument }: Intrinsic): Expression {
    const args = isList(argument) ? argument : [];
    switch (name) {
      case 'Ref':
        return this.#ref(String(argument));
      case 'Fn::GetAtt':
        return this.#attribute(String(args[0]), String(args[1]));
      case 'Fn::Join':
        return this.#join(args);
      case 'Fn::Select':
        return new Raw(`${this.#raw(this.of(args[1] ?? null))}[${String(args[0])}]`);
      case 'Fn::Split':
        return new Raw(`split(${JSON.stringify(args[0])}, ${this.#raw(this.of(args[1] ?? null))})`);
      case 'Fn::FindInMap':
        return new Raw(
          `local.${snakeCase(String(args[0]))}[${this.#raw(this.of(args[1] ?? null))}].${snakeCase(String(args[2]))}`,
        );
      case 'Fn::Base64':
        return new Call('base64encode', this.of(argument));
      case TO_JSON_STRING:
        return new Call('jsonencode', this.of(argument));
      case 'Fn::If':
        return new Conditional(this.test(String(args[0])), this.of(args[1] ?? null), this.of(args[2] ?? null));
      default:
        throw new Error(`${name}: no translation to Terraform; add it to expressions.ts`);
    }
  }

  #ref(target: string): Expression {
    if (isNoValue({ Ref: target })) return NULL;
    const known = PSEUDO_PARAMETERS[target] ?? this.#names.variable(target);
    return known === undefined ? this.#attribute(target, 'Ref') : new Raw(known);
  }

  #attribute(logicalId: string, attribute: string): Expression {
    const { Type } = this.#names.resource(logicalId);
    const name = ATTRIBUTES[Type]?.[attribute];
    if (name === undefined) {
      throw new Error(`${attribute} of ${logicalId} (${Type}): no translation to Terraform; add it to expressions.ts`);
    }
    const address = this.#names.address(logicalId);
    if (name.endsWith(':*')) return new Template([new Raw(`${address}.${name.slice(0, -2)}`), ':*']);
    return new Raw(`${address}.${name}`);
  }

  #join([delimiter, parts]: readonly Json[]): Expression {
    const split = intrinsicOf(parts);
    if (split?.name === 'Fn::Split') {
      const [separator = '', text = ''] = split.argument as readonly Json[];
      return new Call('replace', this.of(text), this.of(separator), this.of(delimiter ?? ''));
    }
    if (delimiter !== '' || !isList(parts)) {
      throw new Error(`Fn::Join of ${JSON.stringify([delimiter, parts])}: no translation to Terraform`);
    }
    const flat = parts.map((part) => this.of(part)).flatMap((part) => (part instanceof Template ? part.parts : [part]));
    return new Template(flat);
  }

  #raw(expression: Expression): string {
    if (expression instanceof Raw) return expression.text;
    throw new Error('only a reference can be split');
  }
}
