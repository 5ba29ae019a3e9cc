/** What stands in a template: JSON, in which an object with one key such as `Ref` or `Fn::Join` is computed by the deployment. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: JsonObject;
  /** Name of the condition under which it exists. */
  readonly Condition?: string;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Output {
  readonly Value: Json;
  readonly Description: string;
  /** Name of the condition under which it exists. */
  readonly Condition?: string;
}

/** Resources and outputs; parameters and conditions are added by each format in its own way. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, Output>>;
  /** Tables of values, for `Fn::FindInMap`: name, key, name of the value. */
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
}

/** In place of a value: the property, or the element of a list, is left out. */
export const NO_VALUE = { Ref: 'AWS::NoValue' } as const;

/** An intrinsic function, by its only key. */
export interface Intrinsic {
  readonly name: string;
  readonly argument: Json;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The intrinsic function that a value is; `undefined`: it stands for itself. */
export function intrinsicOf(value: Json | undefined): Intrinsic | undefined {
  if (!isObject(value)) return undefined;
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0 || !(name === 'Ref' || name.startsWith('Fn::'))) return undefined;
  return { name, argument: value[name] ?? null };
}

/** The parts of `{ 'Fn::If': [condition, whenTrue, whenFalse] }`. */
export function conditionalOf(
  value: Json | undefined,
): { readonly condition: string; readonly whenTrue: Json; readonly whenFalse: Json } | undefined {
  const intrinsic = intrinsicOf(value);
  if (intrinsic?.name !== 'Fn::If' || !isList(intrinsic.argument)) return undefined;
  const [condition, whenTrue = null, whenFalse = null] = intrinsic.argument;
  return { condition: String(condition), whenTrue, whenFalse };
}

export function isNoValue(value: Json | undefined): boolean {
  const intrinsic = intrinsicOf(value);
  return intrinsic?.name === 'Ref' && intrinsic.argument === NO_VALUE.Ref;
}

export function equal(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
