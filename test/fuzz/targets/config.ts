import assert from 'node:assert/strict';
import { readSamplingConfig } from '../../../lib/sampling/config/parse-sampling-config.ts';
import { buildTrace } from '../../support/build-trace.ts';
import { checkPolicies } from '../checks/policies.ts';
import type { FuzzTarget } from '../target.ts';

const TRACE = buildTrace([
  [
    {
      resource: { 'service.name': 'shop' },
      spans: [
        {
          name: 'GET /',
          attributes: { k: 'v', n: 5n, b: true, d: 1.5 },
          endMs: 50,
          status: 'ERROR',
          traceState: 'k=v',
        },
        { name: 'SELECT', parentSpanId: '0000000000000001', kind: 3, attributes: { list: ['a', 1n] } },
      ],
    },
  ],
]);

/** A configuration of any text: refused with reasons, or used. */
export const target: FuzzTarget = {
  fuzz: (data) => {
    const result = readSamplingConfig(data);
    if (result.ok) {
      checkPolicies(result.config, TRACE);
      return;
    }
    assert.ok(result.issues.length > 0);
    for (const { message } of result.issues) assert.doesNotMatch(message, /unexpected error/);
  },
  seeds: () => [
    'policies: [{ name: a, type: always_sample }]',
    'tail_sampling:\n  decision_wait: 10s\n  policies:\n    - name: errors\n      type: status_code\n      status_code: {status_codes: [ERROR]}\n',
    'receivers: {otlp: {protocols: {http: }}}\nprocessors:\n  batch:\n  tail_sampling:\n    num_traces: 5\n    policies:\n' +
      '      - {name: l, type: latency, latency: {threshold_ms: 5}}\nexporters: {debug: }\nservice:\n  pipelines:\n' +
      '    traces: {receivers: [otlp], processors: [tail_sampling, batch], exporters: [debug]}\n',
    'policies:\n' +
      '  - {name: s, type: string_attribute, string_attribute: {key: k, values: ["v.*"], enabled_regex_matching: true, invert_match: true}}\n' +
      '  - {name: n, type: numeric_attribute, numeric_attribute: {key: n, min_value: -1, max_value: 0x10}}\n' +
      '  - {name: p, type: probabilistic, probabilistic: {sampling_percentage: 12.5, hash_salt: x}}\n' +
      '  - {name: r, type: rate_limiting, rate_limiting: {spans_per_second: 10}}\n' +
      '  - {name: t, type: trace_state, trace_state: {key: k, values: [v]}}\n',
    'policies:\n  - name: c\n    type: composite\n    composite:\n      max_total_spans_per_second: 100\n      policy_order: [a, b]\n' +
      '      composite_sub_policy:\n        - {name: a, type: boolean_attribute, boolean_attribute: {key: b, value: true}}\n' +
      '        - {name: b, type: and, and: {and_sub_policy: [{name: x, type: span_count, span_count: {min_spans: 1}}]}}\n' +
      '      rate_allocation: [{policy: a, percent: 50}]\n',
    'policies:\n  - name: o\n    type: ottl_condition\n    ottl_condition:\n      error_mode: ignore\n      span: [\'attributes["k"] == "v"\']\n' +
      '  - &d {name: d, type: drop, drop: {drop_sub_policy: [{name: q, type: trace_flags}]}}\n  - *d\n',
    '%YAML 1.1\n---\na: &a [1, *a]\n---\nkind: ConfigMap\ndata:\n  config.yaml: |\n    tail_sampling: {policies: [{name: a, type: always_sample}]}\n',
    '{"tail_sampling":{"policies":[{"name":"d","type":"dynamic","dynamic":{"goal_traces_per_second":5,"key":["service.name"]}}]}}',
  ],
  words: [
    ...[
      'policies:',
      'name:',
      'type: ',
      'tail_sampling:',
      'decision_wait:',
      '- ',
      ': ',
      '&a ',
      '*a',
      '!!float ',
      '!!binary ',
    ],
    ...[
      '<<: *a',
      '|\n',
      '>-\n',
      '---\n',
      '$' + '{env:X}',
      '$$',
      '1e400',
      '.inf',
      '0x',
      '2026-01-31',
      '"\\x00"',
      '? ',
      '#',
    ],
    ...[
      'latency',
      'composite',
      'string_attribute',
      'ottl_condition',
      'not_sub_policy',
      'service:',
      'processors:',
      'null',
      '~',
    ],
  ],
  maxLength: 2048,
  maxMs: (bytes) => 200 + bytes * 0.1,
};
