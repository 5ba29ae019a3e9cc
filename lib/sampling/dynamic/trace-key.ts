import { ContentTable } from '../../otlp/content-table.ts';
import { fnv1a64 } from '../../otlp/fnv1a-64.ts';
import type { AttributeValue } from '../../otlp/protobuf/attributes.ts';
import type { Trace } from '../../otlp/trace/trace.ts';

/** More different values of one attribute do not make a key more telling. */
const MAX_VALUES = 100;

/**
 * The key of a trace: the different values that each attribute has in it, on resources and spans, whatever their order and
 * number. As a hash, 8 hex digits, so that no value makes a table larger; two of 500 keys share one in 35,000 cases.
 */
export function traceKey(trace: Trace, attributes: readonly string[]): string {
  return hashText(JSON.stringify(attributes.map((attribute) => valuesOf(trace, attribute))));
}

/** 8 hex digits. */
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

/** Different values have different texts, but for a whole double, which is the integer. */
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
