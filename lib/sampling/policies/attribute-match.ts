import { AttributeTest } from '../../otlp/protobuf/attribute-test.ts';
import type { AttributeValue } from '../../otlp/protobuf/attributes.ts';
import type { Trace } from '../../otlp/trace/trace.ts';
import { quotedExcerpt } from '../../text/messages.ts';
import type { OptionsReader } from '../config/options-reader.ts';
import type { Explanation, OptionDescription, PolicyContext } from '../policy.ts';
import { NOT_SAMPLED, type Policy, SAMPLED } from '../policy.ts';
import { tracesThat, tracesUnless } from '../policy-summary.ts';

/** Whether the value of an existing attribute matches. It is pure: its answers are remembered. */
export type MatchesValue = (value: AttributeValue, owner: 'resource' | 'span') => boolean;

/** The options that the attribute policies share: the attribute, and whether the answer is inverted. */
export interface AttributeOptions {
  readonly key: string;
  readonly invertMatch: boolean;
}

/** The options that {@link readAttributeOptions} reads. */
export const KEY_OPTION: OptionDescription = {
  key: 'key',
  type: 'string',
  meaning: 'the full name of an attribute of resources or spans; case-sensitive',
};
export const INVERT_MATCH_OPTION: OptionDescription = {
  key: 'invert_match',
  type: 'boolean',
  default: 'false',
  meaning: 'keep a trace if nothing in it matches',
};

/** Reads `key` and `invert_match`. */
export function readAttributeOptions(options: OptionsReader, context: PolicyContext): AttributeOptions {
  const key = options.string('key');
  const invertMatch = options.boolean('invert_match');
  if (key === '' && !options.hasFailed('key'))
    options.warn('key', 'is empty: only an attribute without a name matches');
  if (invertMatch && context.inside === undefined) {
    options.warn(
      'invert_match',
      'keeps every trace without a match; since v0.157 it does not keep out traces with a match (use a "drop" policy)',
    );
  }
  return { key, invertMatch };
}

/**
 * A policy that keeps a trace if the attribute of any resource or span matches; with `invertMatch`, if none does (so
 * also if none has it). Scope, event and link attributes do not count. `matchWords` completes "has the attribute …".
 */
export function attributePolicy(
  name: string,
  type: string,
  { key, invertMatch }: AttributeOptions,
  matches: MatchesValue,
  matchWords: string,
): Policy {
  const [onMatch, otherwise] = invertMatch ? [NOT_SAMPLED, SAMPLED] : [SAMPLED, NOT_SAMPLED];
  const resourceTest = new AttributeTest(key, (value) => matches(value, 'resource'));
  const spanTest = new AttributeTest(key, (value) => matches(value, 'span'));
  const condition = `has ${key} ${matchWords}`;
  return {
    name,
    type,
    summary: invertMatch ? tracesUnless(condition) : tracesThat(condition),
    evaluate(trace, _allowances, explanation) {
      const isMatched = trace.someResourceAttribute(resourceTest) || trace.someAttribute(spanTest);
      if (explanation !== undefined) explain(explanation, trace, { key, isMatched, matches });
      return isMatched ? onMatch : otherwise;
    },
  };
}

/** Different values that a reason lists. */
const MAX_VALUES = 5;

/** The value that matches, or those that do not. */
function explain(
  explanation: Explanation,
  trace: Trace,
  { key, isMatched, matches }: { readonly key: string; readonly isMatched: boolean; readonly matches: MatchesValue },
): void {
  const values = new Set<string>();
  const add = (value: AttributeValue | undefined, owner: 'resource' | 'span') => {
    if (value !== undefined && matches(value, owner) === isMatched) values.add(valueText(value));
  };
  for (const resource of trace.resourceSpans) add(resource.attribute(key), 'resource');
  for (let span = 0; span < trace.spanCount; span++) add(trace.attribute(span, key), 'span');
  const all = [...values];
  const shown = all.slice(0, isMatched ? 1 : MAX_VALUES);
  const others = isMatched || all.length === shown.length ? '' : `, and ${all.length - shown.length} other values`;
  const words = shown.length === 0 ? `nothing in it has ${key}` : `${key} is ${shown.join(', ')}${others}`;
  explanation.saw(words, { key, values: shown });
}

/** As in the summary: texts in quotes. */
function valueText(value: AttributeValue): string {
  if (typeof value === 'string') return quotedExcerpt(value);
  if (typeof value === 'object' && value !== null) return value instanceof Uint8Array ? 'bytes' : 'a list or map';
  return String(value);
}
