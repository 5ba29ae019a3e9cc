/**
 * What the bounds must have come across, counted with protobufjs and `JSON.parse`: a bound that skips work is too good.
 */
import { opentelemetry } from '../../../proto/generated/otlp.js';
import type { LeastJson } from './json-body.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const { KeyValue } = opentelemetry.proto.common.v1;

/** The bounds look only at attributes up to this length. */
const LONGEST = 127;

export interface SpanCounts {
  readonly attributes: number;
}

export function countsOf(tracesData: Uint8Array): SpanCounts {
  let attributes = 0;
  for (const { scopeSpans } of TracesData.decode(tracesData).resourceSpans ?? []) {
    for (const span of (scopeSpans ?? []).flatMap(({ spans }) => spans ?? [])) {
      for (const attribute of span.attributes ?? []) {
        if (KeyValue.encode(attribute).finish().length > LONGEST) continue;
        attributes++;
      }
    }
  }
  return { attributes };
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
