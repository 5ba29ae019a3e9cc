/**
 * What the bounds must have come across, counted with protobufjs and `JSON.parse`: a bound that skips work is too good.
 */
import { opentelemetry } from '../../../proto/generated/otlp.js';
import type { StoredTrace } from '../stored-traces.ts';
import type { LeastJson } from './json-body.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const { InstrumentationScope, KeyValue } = opentelemetry.proto.common.v1;
const { Resource } = opentelemetry.proto.resource.v1;

/** The bounds look only at attributes up to this length. */
const LONGEST = 127;

export interface SpanCounts {
  readonly attributes: number;
  /** Bytes of names, keys and texts. */
  readonly textBytes: number;
}

export function countsOf(tracesData: Uint8Array): SpanCounts {
  let attributes = 0;
  let textBytes = 0;
  for (const { scopeSpans } of TracesData.decode(tracesData).resourceSpans ?? []) {
    for (const span of (scopeSpans ?? []).flatMap(({ spans }) => spans ?? [])) {
      textBytes += Buffer.byteLength(span.name ?? '');
      for (const attribute of span.attributes ?? []) {
        if (KeyValue.encode(attribute).finish().length > LONGEST) continue;
        attributes++;
        textBytes += Buffer.byteLength(attribute.key ?? '') + Buffer.byteLength(attribute.value?.stringValue ?? '');
      }
    }
  }
  return { attributes, textBytes };
}

/** Bytes of resources and scopes. */
export function ownerBytesOf({ fragments }: StoredTrace): number {
  let bytes = 0;
  for (const fragment of fragments) {
    for (const { resource, scopeSpans } of TracesData.decode(fragment).resourceSpans ?? []) {
      bytes += Resource.encode(resource ?? {}).finish().length;
      for (const { scope } of scopeSpans ?? []) bytes += InstrumentationScope.encode(scope ?? {}).finish().length;
    }
  }
  return bytes;
}

export function textBytesOf({ fragments }: StoredTrace): number {
  return fragments.reduce((sum, fragment) => sum + countsOf(fragment).textBytes, 0);
}

/** As {@link leastJson}. @param json what `JSON.parse` returned, at this key */
export function countsOfJson(json: unknown, key = ''): LeastJson {
  if (typeof json === 'string') {
    const idSum = key.endsWith('Id') ? Buffer.from(json, 'hex').reduce((sum, byte) => sum + byte, 0) : 0;
    return { strings: 1, idSum, nanosSum: key.endsWith('no') ? Number(json.slice(-9)) : 0 };
  }
  const isObject = typeof json === 'object' && json !== null;
  const members = isObject ? Object.entries(json) : [];
  const counts = members.map(([name, value]) => countsOfJson(value, name));
  const sum = (pick: (one: LeastJson) => number) => counts.reduce((all, one) => all + pick(one), 0);
  return {
    strings: sum(({ strings }) => strings) + (Array.isArray(json) ? 0 : members.length),
    idSum: sum(({ idSum }) => idSum),
    nanosSum: sum(({ nanosSum }) => nanosSum),
  };
}
