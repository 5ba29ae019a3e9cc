import type { SpanDetails } from './bound-condition.ts';
import type { Comparison, Condition } from './condition.ts';
import { type KeyValueJson, type LineJson, valueText } from './otlp-json.ts';

/** The details of the spans of a line, in their order: that of the rows of its summary. */
export function detailsOf({ resourceSpans }: LineJson): SpanDetails[] {
  const details: SpanDetails[] = [];
  for (const { resource, scopeSpans = [] } of resourceSpans) {
    for (const { spans = [] } of scopeSpans) {
      for (const { attributes, status } of spans) {
        details.push({
          statusMessage: status?.message || null,
          attribute: (scope, key) => {
            const ofSpan = scope === 'resource' ? undefined : entryOf(attributes, key);
            // A key of the span hides that of its resource, also without a value.
            const found = ofSpan ?? (scope === 'span' ? undefined : entryOf(resource?.attributes, key));
            return found?.value === undefined ? null : valueText(found.value);
          },
        });
      }
    }
  }
  return details;
}

/** The first one counts. */
function entryOf(attributes: readonly KeyValueJson[] | undefined, key: string): KeyValueJson | undefined {
  return attributes?.find((one) => one.key === key);
}

/**
 * Texts that are on every line that fulfils the condition, as they stand there: a line without them need not be parsed, which
 * takes most of the time. They have only characters that no writer of JSON escapes.
 */
export function needlesOf(condition: Condition): readonly string[] {
  return requiredOf(condition).flatMap(({ field, operator, value }) => {
    if (field.of !== 'attribute') return [];
    const texts = [field.key, ...(operator === '=' ? [String(value)] : [])];
    return texts.flatMap((text) => longest(text.match(/[\w .:-]+/g) ?? []));
  });
}

/** The comparisons that all hold. */
function requiredOf(condition: Condition): readonly Comparison[] {
  if ('field' in condition) return [condition];
  return 'all' in condition ? condition.all.flatMap(requiredOf) : [];
}

function longest(runs: readonly string[]): string[] {
  const [first] = runs.toSorted((a, b) => b.length - a.length);
  return first === undefined ? [] : [first];
}
