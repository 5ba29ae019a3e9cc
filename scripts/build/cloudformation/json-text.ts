import { conditionalOf, intrinsicOf, isList, isNoValue, isObject, type Json, type JsonObject } from './template.ts';

/**
 * JSON in a string (the body of a dashboard, the definition of a view) as the structure that it stands for, so that two of them can be
 * compared member by member, and Terraform gets `jsonencode(…)`. CloudFormation has the function only with a transform, so it is spelled
 * out again by {@link joinedJson}.
 */
export const TO_JSON_STRING = 'Fn::ToJsonString';

/** No text of a template has these: they surround the number of a computed value. */
const OPEN = '\u{e000}';
const CLOSE = '\u{e001}';
const PLACEHOLDER = /\u{e000}(\d+)\u{e001}/u;

/** @param joined a string, or the `Fn::Join` of strings and computed values, that is JSON when put together */
export function parsedJson(joined: Json): JsonObject {
  const computed: Json[] = [];
  const text = partsOf(joined)
    .map((part) => (typeof part === 'string' ? part : `${OPEN}${computed.push(part) - 1}${CLOSE}`))
    .join('');
  return { [TO_JSON_STRING]: filledIn(JSON.parse(text) as Json, computed) };
}

function partsOf(joined: Json): readonly Json[] {
  const intrinsic = intrinsicOf(joined);
  if (intrinsic?.name !== 'Fn::Join') return [joined];
  const [delimiter, parts] = intrinsic.argument as readonly [string, readonly Json[]];
  return delimiter === '' ? parts : [joined];
}

function filledIn(value: Json, computed: readonly Json[]): Json {
  if (isList(value)) return value.map((element) => filledIn(element, computed));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filledIn(member, computed)]));
  }
  if (typeof value !== 'string') return value;
  const parts = value
    .split(PLACEHOLDER)
    .map((part, index): Json => (index % 2 === 0 ? part : (computed[Number(part)] ?? null)))
    .filter((part) => part !== '');
  const [only = ''] = parts;
  return parts.length > 1 ? { 'Fn::Join': ['', parts] } : only;
}

/** The text of a value as JSON: a string where nothing in it is computed, and else an `Fn::Join`. */
export function joinedJson(value: Json): Json {
  const parts = joinNeighbours(textParts(value));
  const [only = ''] = parts;
  return parts.length > 1 ? { 'Fn::Join': ['', parts] } : only;
}

/** Parts of a text, with strings that stand side by side as one. */
export function joinNeighbours(parts: readonly Json[]): readonly Json[] {
  const joined: Json[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined;
}

function textParts(value: Json): readonly Json[] {
  const conditional = conditionalOf(value);
  if (conditional !== undefined) {
    const { condition, whenTrue, whenFalse } = conditional;
    return [{ 'Fn::If': [condition, joinedJson(whenTrue), joinedJson(whenFalse)] }];
  }
  const intrinsic = intrinsicOf(value);
  if (intrinsic !== undefined) return ['"', ...partsOf(value).map(escaped), '"'];
  if (isList(value)) return ['[', ...listParts(value), ']'];
  if (isObject(value)) {
    const members = Object.entries(value).map(([key, member]) => [`${JSON.stringify(key)}:`, ...textParts(member)]);
    return ['{', ...members.flatMap((member, index) => (index === 0 ? member : [',', ...member])), '}'];
  }
  return [JSON.stringify(value)];
}

/** Computed values are names, ARNs and regions, which need no escapes. */
function escaped(part: Json): Json {
  return typeof part === 'string' ? JSON.stringify(part).slice(1, -1) : part;
}

/** An element that may be left out takes its comma with it. */
function listParts(elements: readonly Json[]): readonly Json[] {
  return elements.flatMap((element, index) => {
    const conditional = conditionalOf(element);
    const optional = conditional !== undefined && (isNoValue(conditional.whenTrue) || isNoValue(conditional.whenFalse));
    if (!optional) return index === 0 ? textParts(element) : [',', ...textParts(element)];
    if (index === 0)
      throw new Error(`the first element of a list in JSON cannot be optional: ${JSON.stringify(element)}`);
    const withComma = (value: Json) => (isNoValue(value) ? '' : joinedText([',', ...textParts(value)]));
    const { condition, whenTrue, whenFalse } = conditional;
    return [{ 'Fn::If': [condition, withComma(whenTrue), withComma(whenFalse)] }];
  });
}

function joinedText(parts: readonly Json[]): Json {
  return parts.every((part) => typeof part === 'string') ? parts.join('') : { 'Fn::Join': ['', parts] };
}
