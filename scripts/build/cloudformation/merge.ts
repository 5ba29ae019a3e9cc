import { joinNeighbours, TO_JSON_STRING } from './json-text.ts';
import {
  conditionalOf,
  equal,
  intrinsicOf,
  isList,
  isObject,
  type Json,
  type JsonObject,
  NO_VALUE,
  type Output,
  type Resource,
  type Template,
} from './template.ts';

/** Intrinsic functions in whose arguments a choice may stand, so that the choice is as small as can be. */
const TRANSPARENT = new Set([TO_JSON_STRING, 'Fn::Base64']);

/** Strings that have fewer characters in common stay whole. */
const WORTH_SHARING = 20;

/**
 * One template out of the two that a pipeline has with and without an option: what differs becomes `Fn::If`, resources that only one of
 * them has get the condition.
 *
 * @param condition its name
 */
export function mergeTemplates(condition: string, on: Template, off: Template): Template {
  const ids = inOrder(Object.keys(on.Resources), Object.keys(off.Resources));
  const resources = ids.map((id) => [id, mergeResources(condition, id, on.Resources[id], off.Resources[id])] as const);
  const names = inOrder(Object.keys(on.Outputs), Object.keys(off.Outputs));
  const outputs = names.map(
    (name) => [name, mergeOutputs(condition, name, on.Outputs[name], off.Outputs[name])] as const,
  );
  return { Resources: Object.fromEntries(resources), Outputs: Object.fromEntries(outputs) };
}

function mergeOutputs(condition: string, name: string, on: Output | undefined, off: Output | undefined): Output {
  if (on !== undefined && off !== undefined) return { ...on, Value: merge(condition, on.Value, off.Value) };
  if (on === undefined || on.Condition !== undefined) {
    throw new Error(`output ${name} exists without ${condition}, or with other conditions as well`);
  }
  return { ...on, Condition: condition };
}

function mergeResources(condition: string, id: string, on: Resource | undefined, off: Resource | undefined): Resource {
  if (on !== undefined && off !== undefined) {
    const { Properties: a, ...restOfOn } = on;
    const { Properties: b, ...restOfOff } = off;
    if (!equal(restOfOn as Json, restOfOff as Json))
      throw new Error(`${id}: more than its properties depends on ${condition}`);
    return { ...on, Properties: mergeObjects(condition, a, b) };
  }
  if (on === undefined || on.Condition !== undefined) {
    throw new Error(
      `${id}: there is no condition for a resource that exists without ${condition}, or with others as well`,
    );
  }
  return { ...on, Condition: condition };
}

/** A value that is one or the other by a condition. `undefined`: absent. */
export function merge(condition: string, on: Json | undefined, off: Json | undefined): Json {
  if (on !== undefined && equal(on, off)) return on;
  const [a, b] = [intrinsicOf(on), intrinsicOf(off)];
  if (a !== undefined && b !== undefined && a.name === b.name) {
    if (TRANSPARENT.has(a.name)) return { [a.name]: merge(condition, a.argument, b.argument) };
    if (a.name === 'Fn::Join' && sameLength(partsOfJoin(a.argument), partsOfJoin(b.argument))) {
      return { 'Fn::Join': mergeLists(condition, a.argument as readonly Json[], b.argument as readonly Json[]) };
    }
    const [x, y] = [conditionalOf(on), conditionalOf(off)];
    if (x !== undefined && y !== undefined && x.condition === y.condition) {
      const { whenTrue, whenFalse } = y;
      return {
        'Fn::If': [x.condition, merge(condition, x.whenTrue, whenTrue), merge(condition, x.whenFalse, whenFalse)],
      };
    }
  } else if (a === undefined && b === undefined) {
    if (isObject(on) && isObject(off)) return mergeObjects(condition, on, off);
    if (isList(on) && isList(off)) return mergeLists(condition, on, off);
    if (isText(on) && isText(off)) return mergeTexts(condition, on, off);
    if (typeof on === 'string' && typeof off === 'string') {
      const parts = mergedParts(condition, on, off);
      const [only = null] = parts;
      return parts.length > 1 ? { 'Fn::Join': ['', parts] } : only;
    }
  }
  return { 'Fn::If': [condition, on ?? NO_VALUE, off ?? NO_VALUE] };
}

function mergeObjects(condition: string, on: JsonObject, off: JsonObject): JsonObject {
  const keys = inOrder(Object.keys(on), Object.keys(off));
  return Object.fromEntries(keys.map((key) => [key, merge(condition, on[key], off[key])]));
}

/** Lists by their longest common subsequence; between its elements, what stands in the same places is merged. */
function mergeLists(condition: string, on: readonly Json[], off: readonly Json[]): Json[] {
  const merged: Json[] = [];
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of [...commonElements(on, off), [on.length, off.length] as const]) {
    const [a, b] = [on.slice(i, nextI), off.slice(j, nextJ)];
    if (a.length > 0 && b.length > 0 && a.length !== b.length) {
      throw new Error(
        `${a.length} elements with ${condition}, ${b.length} without, which cannot be paired: ${JSON.stringify([a, b])}`,
      );
    }
    for (let k = 0; k < Math.max(a.length, b.length); k++) merged.push(merge(condition, a[k], b[k]));
    const common = on[nextI];
    if (common !== undefined) merged.push(common);
    [i, j] = [nextI + 1, nextJ + 1];
  }
  return merged;
}

/** A text of several lines, such as SQL. */
function isText(value: Json | undefined): value is string {
  return typeof value === 'string' && value.includes('\n');
}

/** Lines that both have stand once. */
function mergeTexts(condition: string, on: string, off: string): Json {
  const [a, b] = [linesOf(on), linesOf(off)];
  const parts: Json[] = [];
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of [...commonElements(a, b), [a.length, b.length] as const]) {
    const [x, y] = [a.slice(i, nextI).join(''), b.slice(j, nextJ).join('')];
    if (x !== y) parts.push(...mergedParts(condition, x, y));
    const common = a[nextI];
    if (common !== undefined) parts.push(common);
    [i, j] = [nextI + 1, nextJ + 1];
  }
  return { 'Fn::Join': ['', joinNeighbours(parts)] };
}

/** Two strings as what they share at their beginning and end, if that is worth it, and the choice between. */
function mergedParts(condition: string, a: string, b: string): readonly Json[] {
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  // The choice is between whole words.
  while (start > 0 && /\w/.test(a[start - 1] ?? '')) start--;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  if (start + end < WORTH_SHARING) return [{ 'Fn::If': [condition, a, b] }];
  const choice = { 'Fn::If': [condition, a.slice(start, a.length - end), b.slice(start, b.length - end)] };
  return [a.slice(0, start), choice, a.slice(a.length - end)].filter((part) => part !== '');
}

/** With the line feeds at their ends. */
function linesOf(text: string): readonly string[] {
  return text.split(/(?<=\n)/);
}

/** Pairs of indices of a longest common subsequence. */
function commonElements(a: readonly Json[], b: readonly Json[]): readonly (readonly [number, number])[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i] ?? [];
      row[j] = equal(a[i], b[j]) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    if (equal(a[i], b[j])) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

function partsOfJoin(argument: Json): readonly Json[] {
  const [, parts] = argument as readonly Json[];
  return isList(parts) ? parts : [];
}

function sameLength(a: readonly Json[], b: readonly Json[]): boolean {
  return a.length === b.length && a.length > 0;
}

/** All of both, those that only one has after those before them. */
function inOrder(a: readonly string[], b: readonly string[]): readonly string[] {
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a];
  const all = [...longer];
  for (const [index, key] of shorter.entries()) {
    if (!all.includes(key)) all.splice(index, 0, key);
  }
  return all;
}
