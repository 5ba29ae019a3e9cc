import type { SpanSpec } from '../support/export-request.ts';

/** Requests, and the policies that decide on them. */
export interface Configuration {
  /** Default: errors are kept, whatever else comes. */
  readonly yaml?: string;
  /** Policies that replace them at some moment. */
  readonly replacedBy?: string;
  /** A list of spans each. */
  readonly requests: readonly (readonly SpanSpec[])[];
  /** Traces that an operator restores at some moment, once for each time that they are listed, or twice. */
  readonly restores?: readonly string[];
}

const TWO_ERRORS = [[{ trace: 'a', span: 'a1', error: true }], [{ trace: 'a', span: 'a2', parent: 'a1', error: true }]];
const THREE_ERRORS = [...TWO_ERRORS, [{ trace: 'a', span: 'a3', parent: 'a1', error: true }]];

/** Policies that can turn from yes to no when a fragment more is seen, or at any time. */
export const TURNING_OFF: Record<string, Configuration> = {
  'span_count.max_spans': {
    yaml: policies('{ name: small, type: span_count, span_count: { min_spans: 1, max_spans: 1 } }'),
    requests: TWO_ERRORS,
  },
  'span_count.max_spans, three fragments': {
    yaml: policies('{ name: small, type: span_count, span_count: { min_spans: 1, max_spans: 2 } }'),
    requests: THREE_ERRORS,
  },
  maximum_trace_size_bytes: {
    yaml: `${policies('{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }')}maximum_trace_size_bytes: 150\n`,
    requests: TWO_ERRORS,
  },
  'string_attribute.invert_match': {
    yaml: policies(
      '{ name: no-jobs, type: string_attribute, string_attribute: { key: service.name, values: [jobs], invert_match: true } }',
    ),
    requests: [[{ trace: 'a', span: 'a1' }], [{ trace: 'a', span: 'a2', parent: 'a1', service: 'jobs' }]],
  },
  drop: {
    yaml: policies(
      '{ name: no-probes, type: drop, drop: { drop_sub_policy: [{ name: n, type: ottl_condition, ottl_condition: { error_mode: ignore, span: [\'name == "probe"\'] } }] } }',
      '{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }',
    ),
    requests: [[{ trace: 'a', span: 'a1', error: true }], [{ trace: 'a', span: 'a2', parent: 'a1', name: 'probe' }]],
  },
  not: {
    yaml: policies(
      '{ name: healthy, type: not, not: { not_sub_policy: { name: e, type: status_code, status_code: { status_codes: [ERROR] } } } }',
    ),
    requests: [[{ trace: 'a', span: 'a1' }], [{ trace: 'a', span: 'a2', parent: 'a1', error: true }]],
  },
  rate_limiting: {
    yaml: policies('{ name: l, type: rate_limiting, rate_limiting: { spans_per_second: 0, burst_capacity: 1 } }'),
    requests: TWO_ERRORS,
  },
  bytes_limiting: {
    yaml: policies('{ name: l, type: bytes_limiting, bytes_limiting: { bytes_per_second: 1, burst_capacity: 150 } }'),
    requests: TWO_ERRORS,
  },
  composite: {
    yaml: policies(
      `{ name: c, type: composite, composite: { max_total_spans_per_second: 1, policy_order: [e], composite_sub_policy: [
        { name: e, type: status_code, status_code: { status_codes: [ERROR] } }], rate_allocation: [{ policy: e, percent: 100 }] } }`,
    ),
    requests: TWO_ERRORS,
  },
  'policies that are replaced while traces wait': {
    yaml: policies('{ name: all, type: always_sample }'),
    replacedBy: policies('{ name: none, type: probabilistic, probabilistic: { sampling_percentage: 0 } }'),
    requests: THREE_ERRORS,
  },
};

function policies(...lines: readonly string[]): string {
  return `decision_wait: 30s\npolicies:\n${lines.map((line) => `  - ${line}\n`).join('')}`;
}
