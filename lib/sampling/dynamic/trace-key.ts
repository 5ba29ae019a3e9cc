import { ContentTable } from '../../otlp/content-table.ts';
import { fnv1a64 } from '../../otlp/fnv1a-64.ts';
import type { AttributeValue } from '../../otlp/protobuf/attributes.ts';
import type { Trace } from '../../otlp/trace/trace.ts';

/** Further values of one attribute do not make a key more informative. */
const MAX_VALUES = 100;

/**
 * The key of a trace: the distinct values that each attribute has in it, on resources and spans, regardless of order
 * and number. It is a hash of 8 hex digits, so that no value makes a table larger. Among 500 keys, two have the same
 * hash in one of 35,000 cases.
 */
export function traceKey(trace: Trace, attributes: readonly string[]): string {
  return hashText(JSON.stringify(attributes.map((attribute) => valuesOf(trace, attribute))));
}

/** A hash of 8 hex digits. */
export function hashText(text: string): string {
  const { high, low } = fnv1a64(new TextEncoder().encode(text));
  return ((high ^ low) >>> 0).toString(16).padStart(8, '0');
}

function valuesOf(trace: Trace, attribute: string): readonly string[] {
  const values: string[] = [];
  const seen = new ContentTable();
  const add = (value: AttributeValue | undefined) => {
    if (value === undefined) return;
    const text = textOf(value);
    if (seen.addText(text)) values.push(text);
  };
  for (const resource of trace.resourceSpans) add(resource.attribute(attribute));
  for (let i = 0; i < trace.spanCount; i++) add(trace.attribute(i, attribute));
  return values.sort().slice(0, MAX_VALUES);
}

/** Different values have different texts, except that a whole double has the text of the integer. */
function textOf(value: AttributeValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) return `bytes ${value.join()}`;
  if ('get' in value) {
    const entries = [...value].map(([key, inner]) => `${JSON.stringify(key)}:${textOf(inner)}`);
    return `{${entries.sort().join()}}`;
  }
  return `[${value.map(textOf).join()}]`;
}
