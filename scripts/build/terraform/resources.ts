import type { Json, Resource } from '../cloudformation/template.ts';
import type { Expressions } from './expressions.ts';
import {
  type Argument,
  argument,
  type Block,
  block,
  Call,
  Conditional,
  type Entry,
  type Expression,
  Raw,
  Template,
} from './hcl.ts';
import type { Properties } from './properties.ts';

/** One resource of the template, and what its translation needs. */
export interface Translation {
  readonly logicalId: string;
  readonly resource: Resource;
  readonly properties: Properties;
  /** Name of Terraform's resource. */
  readonly name: string;
  readonly expressions: Expressions;
  /** `[argument('count', …)]` where the resource depends on a condition. */
  readonly count: readonly Argument[];
  /** Address of a resource that the translation of another makes: the policy of a role, for `depends_on`. */
  address(logicalId: string, type?: string): string;
}

/** A type of resources: what Terraform calls it, and its translation. */
export interface Translator {
  readonly type: string;
  /** Ends of logical IDs that say no more than the type. */
  readonly words?: readonly string[];
  /** File of the module. */
  readonly file: string;
  translate(translation: Translation): readonly Block[];
}

/** `[CloudFormation's property, Terraform's argument]` */
type Pairs = readonly (readonly [string, string])[];

/** Arguments of the properties that are there. */
export function taken(properties: Properties, expressions: Expressions, pairs: Pairs): readonly Argument[] {
  return pairs.flatMap(([property, name]) => {
    const value = properties.take(property);
    return value === undefined ? [] : [argument(name, expressions.of(value))];
  });
}

export function resource(translation: Translation, type: string, body: readonly Entry[]): Block {
  return block('resource', [...translation.count, ...body], [type, translation.name]);
}

/** `<pipeline>-<name>`: CloudFormation makes names of its own, Terraform asks for them. */
export function physicalName(name: string, prefix = ''): Expression {
  return new Template(
    [prefix, new Raw('var.pipeline_name'), `-${name.replaceAll('_', '-')}`].filter((part) => part !== ''),
  );
}

/** The same as the beginning of a name that is at most 38 characters long, which the provider completes. */
export function physicalPrefix(name: string): Expression {
  return new Template([new Call('substr', new Raw('var.pipeline_name'), 0, 28), `-${name.replaceAll('_', '-')}-`]);
}

/** A document of IAM: Terraform takes it as JSON. */
export function document(expressions: Expressions, value: Json): Expression {
  return new Call('jsonencode', expressions.of(value));
}

/** A block that a condition may leave out. */
export function optionalBlock(type: string, test: string | undefined, body: readonly Entry[]): Block {
  if (test === undefined) return block(type, body);
  return block('dynamic', [argument('for_each', new Conditional(test, [true], [])), block('content', body)], [type]);
}
