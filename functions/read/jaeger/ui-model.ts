import type { AnyValueJson, EventJson, KeyValueJson, ResourceJson } from '../../../lib/read/otlp-json.ts';
import { valueText } from '../../../lib/read/otlp-json.ts';
import type { ReadTrace, TraceSpan } from '../../../lib/read/read-trace.ts';

/** A trace as Jaeger's page reads it (jaeger, `internal/uimodel/model.go`). Times are microseconds. */
export interface UiTrace {
  readonly traceID: string;
  readonly spans: readonly UiSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly UiTag[] }>>;
  readonly warnings: null;
}

export interface UiSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly UiReference[];
  readonly flags?: number;
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly UiTag[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly UiTag[] }[];
  readonly processID: string;
  readonly warnings: readonly string[] | null;
}

export interface UiReference {
  readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM';
  readonly traceID: string;
  readonly spanID: string;
}

export interface UiTag {
  readonly key: string;
  readonly type: 'string' | 'bool' | 'int64' | 'float64' | 'binary';
  readonly value: string | number | boolean;
}

/** The name that the Collector's translation gives resources that have none. */
const NO_SERVICE = 'OTLPResourceNoServiceName';

const KINDS: readonly (string | undefined)[] = [undefined, 'internal', 'server', 'client', 'producer', 'consumer'];

export function uiTrace({ traceId, spans, policy, weight }: ReadTrace): UiTrace {
  const processes = new Map<string, { readonly id: string; readonly process: UiTrace['processes'][string] }>();
  /** Many spans have one resource, whose text may be long. */
  const ids = new Map<ResourceJson, string>();
  const processOf = ({ service, resource }: TraceSpan): string => {
    const known = ids.get(resource);
    if (known !== undefined) return known;
    const process = { serviceName: service ?? NO_SERVICE, tags: resourceTags(resource) };
    const key = JSON.stringify(process);
    const { id } = processes.get(key) ?? { id: `p${processes.size + 1}` };
    processes.set(key, { id, process });
    ids.set(resource, id);
    return id;
  };
  const ofSampling: UiTag[] = [
    ...(policy === null ? [] : [{ key: 'tailgate.sampling_policy', type: 'string' as const, value: policy }]),
    ...(weight === null ? [] : [{ key: 'tailgate.sample_weight', type: 'float64' as const, value: weight }]),
  ];
  const uiSpans = spans.map((span) => uiSpan(traceId, span, processOf(span), ofSampling));
  return {
    traceID: traceId,
    spans: uiSpans,
    processes: Object.fromEntries([...processes.values()].map(({ id, process }) => [id, process])),
    warnings: null,
  };
}

function uiSpan(
  traceID: string,
  { span, scope, seq }: TraceSpan,
  processID: string,
  ofSampling: readonly UiTag[],
): UiSpan {
  const { parentSpanId, status, startTimeUnixNano: start, endTimeUnixNano: end, flags } = span;
  const isRoot = parentSpanId === undefined;
  const startTime = micros(start);
  const warnings = [
    ...(end === undefined ? ['the span had not ended when it was archived'] : []),
    ...(seq > 0 ? ['archived after the first part of its trace: a late span, or one of a large trace'] : []),
  ];
  return {
    traceID,
    spanID: span.spanId,
    operationName: span.name ?? '',
    references: [
      ...(isRoot ? [] : [{ refType: 'CHILD_OF' as const, traceID, spanID: parentSpanId }]),
      ...(span.links ?? []).flatMap(({ traceId, spanId }) =>
        traceId === undefined || spanId === undefined
          ? []
          : [{ refType: 'FOLLOWS_FROM' as const, traceID: traceId, spanID: spanId }],
      ),
    ],
    ...(flags !== undefined && { flags: flags & 0xff }),
    startTime,
    duration: start === undefined || end === undefined ? 0 : Math.max(0, Number((BigInt(end) - BigInt(start)) / 1000n)),
    tags: [
      ...uiTags(span.attributes),
      ...textTag('otel.scope.name', scope.name),
      ...textTag('otel.scope.version', scope.version),
      ...textTag('span.kind', KINDS[span.kind ?? 0]),
      ...statusTags(status?.code ?? 0, status?.message),
      ...textTag('w3c.tracestate', span.traceState),
      ...(isRoot ? ofSampling : []),
    ],
    logs: (span.events ?? []).map(uiLog),
    processID,
    warnings: warnings.length === 0 ? null : warnings,
  };
}

function statusTags(code: number, message: string | undefined): UiTag[] {
  if (code !== 1 && code !== 2) return [];
  return [
    { key: 'otel.status_code', type: 'string', value: code === 2 ? 'ERROR' : 'OK' },
    ...(code === 2 ? [{ key: 'error', type: 'bool' as const, value: true }] : []),
    ...textTag('otel.status_description', message),
  ];
}

function textTag(key: string, value: string | undefined): UiTag[] {
  return value === undefined || value === '' ? [] : [{ key, type: 'string', value }];
}

function uiLog({ timeUnixNano, name, attributes }: EventJson) {
  return { timestamp: micros(timeUnixNano), fields: [...textTag('event', name), ...uiTags(attributes)] };
}

function resourceTags({ attributes = [] }: ResourceJson): UiTag[] {
  return uiTags(attributes.filter(({ key }) => key !== 'service.name'));
}

function uiTags(attributes: readonly KeyValueJson[] = []): UiTag[] {
  return attributes.map(({ key, value }) => ({ key, ...typedValue(value ?? {}) }));
}

function typedValue(value: AnyValueJson): Pick<UiTag, 'type' | 'value'> {
  const { boolValue, intValue, doubleValue, bytesValue } = value;
  if (boolValue !== undefined) return { type: 'bool', value: boolValue };
  if (intValue !== undefined) {
    const number = Number(intValue);
    return { type: 'int64', value: Number.isSafeInteger(number) ? number : String(intValue) };
  }
  if (doubleValue !== undefined) return { type: 'float64', value: doubleValue };
  if (bytesValue !== undefined) return { type: 'binary', value: bytesValue };
  return { type: 'string', value: valueText(value) ?? '' };
}

/** Whole microseconds, which a number holds exactly up to the year 2255. */
function micros(nanos: string | undefined): number {
  return nanos === undefined ? 0 : Number(BigInt(nanos) / 1000n);
}
