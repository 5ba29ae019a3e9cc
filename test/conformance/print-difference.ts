import type { Attributes, AttributeValue, Case, CaseSpan } from './case.ts';
import type { Difference } from './compare.ts';
import { configText } from './config-text.ts';

/** A case and what the two sides make of it, for a reader. */
export function printDifference(one: Case, { collector, tailgate }: Difference): string {
  const lines = [`  configuration: ${configText(one.config)}`];
  for (const { traceId, spans } of one.traces) {
    lines.push(`  trace ${traceId}:`);
    for (const span of spans) lines.push(`    ${describeSpan(span, one.resources[span.resource] ?? [])}`);
  }
  return [...lines, `  Collector: ${collector}`, `  Tailgate:  ${tailgate}`].join('\n');
}

function describeSpan(span: CaseSpan, resource: Attributes): string {
  const fields = [
    `request ${span.request}`,
    `scope ${span.scope}`,
    ...(resource.length > 0 ? [`resource {${describeAttributes(resource)}}`] : []),
    `span ${JSON.stringify(span.name)} ${span.startTimeUnixNano}..${span.endTimeUnixNano}`,
    ...(span.statusCode === undefined ? [] : [`status ${span.statusCode}`]),
    ...(span.flags === 0 ? [] : [`flags ${span.flags}`]),
    ...(span.traceState === '' ? [] : [`tracestate ${JSON.stringify(span.traceState)}`]),
    ...(span.attributes.length > 0 ? [`{${describeAttributes(span.attributes)}}`] : []),
    ...span.events.map(({ name, attributes }) => `event ${JSON.stringify(name)} {${describeAttributes(attributes)}}`),
  ];
  return fields.join(', ');
}

function describeAttributes(attributes: Attributes): string {
  return attributes.map(([key, value]) => `${JSON.stringify(key)}: ${describeValue(value)}`).join(', ');
}

function describeValue(value: AttributeValue): string {
  if (value === null) return 'empty';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `int ${value}`;
  if (typeof value === 'number') return `double ${Object.is(value, -0) ? '-0' : value}`;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return `bytes [${value.join(' ')}]`;
  return `[${value.map(describeValue).join(', ')}]`;
}
