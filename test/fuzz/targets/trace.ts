import { MalformedOtlpError } from '../../../lib/otlp/errors.ts';
import { regroup } from '../../../lib/otlp/regroup/regroup.ts';
import { Trace } from '../../../lib/otlp/trace/trace.ts';
import { checkPolicies, configOf } from '../checks/policies.ts';
import { checkTrace } from '../checks/trace.ts';
import { messageFrom } from '../shape.ts';
import { SHAPES } from '../shapes.ts';
import { type FuzzTarget, outcomeOf } from '../target.ts';

const CONFIG = configOf(`
policies:
  - { name: drop, type: drop, drop: { drop_sub_policy: [{ name: d, type: string_attribute, string_attribute: { key: s, values: [dropped] } }] } }
  - { name: latency, type: latency, latency: { threshold_ms: 5000, upper_threshold_ms: 10000 } }
  - { name: numeric, type: numeric_attribute, numeric_attribute: { key: i, min_value: 50, max_value: 100 } }
  - { name: boolean, type: boolean_attribute, boolean_attribute: { key: b, value: true } }
  - { name: probabilistic, type: probabilistic, probabilistic: { sampling_percentage: 10 } }
  - { name: status, type: status_code, status_code: { status_codes: [ERROR, UNSET] } }
  - { name: string, type: string_attribute, string_attribute: { key: s, values: [te.t, "x+"], enabled_regex_matching: true, cache_max_size: 10 } }
  - { name: rate, type: rate_limiting, rate_limiting: { spans_per_second: 35 } }
  - { name: count, type: span_count, span_count: { min_spans: 2, max_spans: 20 } }
  - { name: state, type: trace_state, trace_state: { key: a, values: [b, c] } }
  - { name: flags, type: trace_flags }
  - name: ottl
    type: ottl_condition
    ottl_condition:
      error_mode: propagate
      span:
        - attributes["s"] == "text" and Len(attributes) > 3
        - Duration("1s") < end_time - start_time
        - IsMatch(name, "GET .*") or resource.attributes["service.name"] == "shop"
      spanevent:
        - name == "event" and attributes["k"] != nil
  - { name: and, type: and, and: { and_sub_policy: [{ name: a1, type: span_count, span_count: { min_spans: 1 } }, { name: a2, type: not, not: { not_sub_policy: { name: n, type: always_sample } } }] } }
`);

const NEXT = 255;

/**
 * A trace of several fragments (byte 255 ends one), under every policy; and a fragment that is damaged in the buffer, which
 * may be refused and no more.
 */
export const target: FuzzTarget = {
  fuzz: (data) => {
    const payloads = new Map<string, Uint8Array[]>();
    for (const part of partsOf(data)) {
      const request = messageFrom(part, 'ExportTraceServiceRequest');
      outcomeOf(() => Trace.fromFragments('01'.repeat(16), [request]), MalformedOtlpError);
      const { value } = outcomeOf(() => regroup(request), MalformedOtlpError);
      for (const { traceId, payload } of value?.fragments ?? []) {
        payloads.set(traceId, [...(payloads.get(traceId) ?? []), payload]);
      }
    }
    for (const [traceId, fragments] of payloads) checkPolicies(CONFIG, checkTrace(traceId, fragments));
  },
  seeds: () => [...SHAPES, ...SHAPES.map((shape) => Uint8Array.from([...shape, NEXT, ...shape]))],
  maxLength: 1024,
  maxMs: (bytes) => 150 + bytes * 0.3,
};

function partsOf(data: Uint8Array): readonly Uint8Array[] {
  const end = data.indexOf(NEXT);
  return end < 0 ? [data] : [data.subarray(0, end), ...partsOf(data.subarray(end + 1)).slice(0, 7)];
}
