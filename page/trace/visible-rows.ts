import type { AnyValueJson, KeyValueJson } from '../../lib/read/otlp-json.ts';
import type { SpanNode, SpanTree } from './span-tree.ts';

/** The spans that are not hidden under a collapsed one, parents before children. */
export function visibleRows({ inOrder }: SpanTree, collapsed: ReadonlySet<SpanNode>): readonly SpanNode[] {
  if (collapsed.size === 0) return inOrder;
  const rows: SpanNode[] = [];
  for (let at = 0; at < inOrder.length; ) {
    const node = inOrder[at] as SpanNode;
    rows.push(node);
    at += collapsed.has(node) ? node.descendants + 1 : 1;
  }
  return rows;
}

/** The spans above this one, the nearest first. */
export function ancestorsOf({ inOrder }: SpanTree, node: SpanNode): SpanNode[] {
  const ancestors: SpanNode[] = [];
  let depth = node.depth;
  for (let at = inOrder.indexOf(node) - 1; at >= 0 && depth > 0; at--) {
    const above = inOrder[at] as SpanNode;
    if (above.depth >= depth) continue;
    ancestors.push(above);
    depth = above.depth;
  }
  return ancestors;
}

/** Whether the name, the service, the ID, a key or a value of the span has this text, whatever the case of its letters. */
export function matchesText(node: SpanNode, text: string): boolean {
  const wanted = text.toLowerCase();
  const has = (candidate: string | undefined) => candidate?.toLowerCase().includes(wanted) === true;
  const { span, service } = node;
  return (
    has(span.name) ||
    has(service) ||
    has(span.spanId) ||
    has(span.status?.message) ||
    attributesHave(span.attributes, has) ||
    (span.events ?? []).some((event) => has(event.name) || attributesHave(event.attributes, has))
  );
}

function attributesHave(attributes: readonly KeyValueJson[] = [], has: (text: string) => boolean): boolean {
  return attributes.some(({ key, value }) => has(key) || has(valueText(value)));
}

/** A value of an attribute as a person reads it: texts as they are, lists and maps as JSON. */
export function valueText(value: AnyValueJson | undefined): string {
  const plain = plainValue(value);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}

/** How deep a value is shown. Ingest accepts 32 levels. */
const MAX_DEPTH = 40;

function plainValue(value: AnyValueJson | undefined, depth = 0): unknown {
  if (value === undefined || depth > MAX_DEPTH) return null;
  const { stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue } = value;
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map((one) => plainValue(one, depth + 1));
  if (kvlistValue !== undefined) {
    return Object.fromEntries((kvlistValue.values ?? []).map((one) => [one.key, plainValue(one.value, depth + 1)]));
  }
  // JSON has no integers of 64 bits.
  if (intValue !== undefined) return Number.isSafeInteger(Number(intValue)) ? Number(intValue) : String(intValue);
  return stringValue ?? boolValue ?? doubleValue ?? bytesValue ?? null;
}
