import {
  conditionalOf,
  intrinsicOf,
  isList,
  isNoValue,
  isObject,
  type Json,
  type Template,
} from '../../../scripts/build/cloudformation/template.ts';

/** Which conditions hold. */
export type Chosen = Readonly<Record<string, boolean>>;

/** A template as a deployment with these conditions and this retention reads it: without those that do not hold, texts put together. */
export function evaluatedTemplate(template: Template, chosen: Chosen, retentionDays = 400): Template {
  const { Mappings = {} } = template;
  const { Resources, Outputs } = lookedUp(template as unknown as Json, Mappings, retentionDays) as unknown as Template;
  const there = { Resources: present(Resources, chosen), Outputs: present(Outputs, chosen) };
  return evaluated(there as unknown as Json, chosen) as unknown as Template;
}

/** Those whose condition holds, without it. */
function present(all: Readonly<Record<string, { readonly Condition?: string }>>, chosen: Chosen): object {
  const left = Object.entries(all).filter(([, { Condition }]) => Condition === undefined || chosen[Condition]);
  return Object.fromEntries(left.map(([id, { Condition: _, ...one }]) => [id, one]));
}

function lookedUp(value: Json, mappings: NonNullable<Template['Mappings']>, retentionDays: number): Json {
  if (isList(value)) return value.map((element) => lookedUp(element, mappings, retentionDays));
  if (!isObject(value)) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic?.name === 'Fn::FindInMap' && isList(intrinsic.argument)) {
    const [mapping, , name] = intrinsic.argument;
    return mappings[String(mapping)]?.[String(retentionDays)]?.[String(name)] ?? null;
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, lookedUp(one, mappings, retentionDays)]));
}

/** A value with its conditions decided. `AWS::NoValue` is left out, as CloudFormation does. */
export function evaluated(value: Json, chosen: Chosen): Json {
  const conditional = conditionalOf(value);
  if (conditional !== undefined && chosen[conditional.condition] !== undefined) {
    return evaluated(chosen[conditional.condition] ? conditional.whenTrue : conditional.whenFalse, chosen);
  }
  if (isList(value)) return value.map((element) => evaluated(element, chosen)).filter((element) => !isNoValue(element));
  if (!isObject(value)) return value;
  const members = Object.entries(value)
    .map(([key, member]) => [key, evaluated(member, chosen)] as const)
    .filter(([, member]) => !isNoValue(member));
  return joined(Object.fromEntries(members));
}

/** `Fn::Join` with its neighbouring texts as one. */
function joined(value: Json): Json {
  const intrinsic = intrinsicOf(value);
  if (intrinsic?.name !== 'Fn::Join' || !isList(intrinsic.argument)) return value;
  const [delimiter = '', parts = null] = intrinsic.argument;
  if (delimiter !== '' || !isList(parts)) return value;
  const flat: Json[] = [];
  for (const part of parts.flatMap(partsOf)) {
    const last = flat.at(-1);
    if (typeof part === 'string' && typeof last === 'string') flat[flat.length - 1] = last + part;
    else if (part !== '') flat.push(part);
  }
  const [only = ''] = flat;
  return flat.length > 1 ? { 'Fn::Join': ['', flat] } : only;
}

function partsOf(value: Json): readonly Json[] {
  const intrinsic = intrinsicOf(value);
  if (intrinsic?.name !== 'Fn::Join' || !isList(intrinsic.argument)) return [value];
  const [delimiter, parts = null] = intrinsic.argument;
  return delimiter === '' && isList(parts) ? parts.flatMap(partsOf) : [value];
}

/** With numbers as texts, between which CloudFormation makes no difference: values that are looked up are texts. */
export function numbersAsTexts(value: Json): Json {
  if (isList(value)) return value.map(numbersAsTexts);
  if (!isObject(value)) return typeof value === 'number' ? String(value) : value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, numbersAsTexts(member)]));
}
