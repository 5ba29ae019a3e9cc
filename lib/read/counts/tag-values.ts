import type { ArchiveHours } from '../archive-hours.ts';
import { TRACE_VALUES } from '../bound-condition.ts';
import type { AttributeField, Field } from '../condition.ts';
import { tracesIn } from '../hour-view.ts';
import { forEachRow, type KeptTrace, textOf } from '../kept-trace.ts';
import type { LineReader } from '../line-reader.ts';
import { type AnyValueJson, type KeyValueJson, type LineJson, valueText } from '../otlp-json.ts';
import type { Deadline } from '../ports.ts';
import type { Coverage, ReadWindow, TagValue } from '../results.ts';
import { KINDS, kindOf, STATUSES, statusOf } from '../summary/object-summary.ts';
import { byText, forEachTrace } from './walk.ts';

/** As many values as a list for a person may have. */
const MAX_VALUES = 1000;
/** Lines that are read for the values of an attribute, the newest first: about a tenth of a second. */
const MAX_LINES = 1000;

/**
 * Values of a field in the window, by their text: suggestions, not a census. Those of an attribute come from the newest
 * traces that can have it.
 */
export async function tagValues(
  field: Field,
  window: ReadWindow,
  deps: { readonly hours: ArchiveHours; readonly lines: LineReader },
  deadline: Deadline,
): Promise<Coverage & { readonly values: readonly TagValue[] }> {
  const values = new Map<string, TagValue>();
  const coverage =
    field.of === 'attribute'
      ? await ofAttribute(field, window, deps, deadline, values)
      : await forEachTrace(window, deps.hours, deadline, (trace) => {
          if (values.size < MAX_VALUES) addTexts(field, trace, (value) => add(values, { type: 'string', value }));
        });
  return { ...coverage, values: [...values.values()].sort((a, b) => byText(a.value, b.value)) };
}

function addTexts(field: Exclude<Field, AttributeField>, trace: KeptTrace, addText: (text: string) => void): void {
  if (field.of === 'trace') {
    const value = TRACE_VALUES[field.name](trace);
    if (typeof value === 'string') addText(value);
    return;
  }
  const { name } = field;
  forEachRow(trace, (row, { summary }) => {
    const { spans } = summary;
    const flags = spans.flags[row] as number;
    if (name === 'kind') addText(KINDS[kindOf(flags)] ?? KINDS[0]);
    else if (name === 'status') addText(STATUSES[statusOf(flags)] ?? STATUSES[0]);
    else if (name === 'service' || name === 'name') addText(textOf(summary, spans[name][row] as number) ?? '');
  });
}

async function ofAttribute(
  { scope, key }: AttributeField,
  window: ReadWindow,
  { hours, lines }: { readonly hours: ArchiveHours; readonly lines: LineReader },
  deadline: Deadline,
  values: Map<string, TagValue>,
): Promise<Coverage> {
  let read = 0;
  for (const hour of await hours.inWindow(window)) {
    for (const trace of tracesIn(await hours.view(hour, deadline, true), window)) {
      for (const line of trace.lines) {
        const { spanKeys, resourceKeys } = line.summary;
        const mayHave =
          (scope !== 'resource' && spanKeys.includes(key)) || (scope !== 'span' && resourceKeys.includes(key));
        if (!mayHave) continue;
        if (read >= MAX_LINES || values.size >= MAX_VALUES || deadline.isOver()) {
          return { isComplete: false, missingHours: [hour] };
        }
        read += 1;
        const json = await lines.line(line);
        if (json !== undefined) addValues(json, scope, key, values);
      }
    }
  }
  return { isComplete: true, missingHours: [] };
}

function addValues(line: LineJson, scope: AttributeField['scope'], key: string, values: Map<string, TagValue>): void {
  const addFrom = (attributes: readonly KeyValueJson[] = []) => {
    const value = attributes.find((one) => one.key === key)?.value;
    const typed = value && typedValue(value);
    if (typed !== undefined) add(values, typed);
  };
  for (const { resource, scopeSpans = [] } of line.resourceSpans) {
    if (scope !== 'span') addFrom(resource?.attributes);
    if (scope === 'resource') continue;
    for (const { spans = [] } of scopeSpans) for (const { attributes } of spans) addFrom(attributes);
  }
}

/** A value with its type; undefined: it has none. */
export function typedValue(value: AnyValueJson): TagValue | undefined {
  const text = valueText(value);
  return text === null ? undefined : { type: typeOf(value), value: text };
}

function typeOf({ intValue, doubleValue, boolValue }: AnyValueJson): TagValue['type'] {
  if (intValue !== undefined) return 'int';
  if (doubleValue !== undefined) return 'float';
  return boolValue === undefined ? 'string' : 'bool';
}

function add(values: Map<string, TagValue>, value: TagValue): void {
  if (value.value !== '') values.set(`${value.type}:${value.value}`, value);
}
