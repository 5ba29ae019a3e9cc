import { describe, expect, it } from 'vitest';
import { parseSamplingConfig } from '../../../lib/sampling/config/parse-sampling-config.ts';
import { POLICY_DEFINITIONS } from '../../../lib/sampling/registry.ts';
import { traceOf } from '../../support/build-trace.ts';
import { NO_ALLOWANCES } from '../../support/no-allowances.ts';
import { configFrom, issuesOf } from '../../support/sampling-config.ts';

const limitWarning = (type: string) =>
  `with its feature gate usetracestate the Collector spends a ${type} on the traces of the highest randomness, and writes their threshold; Tailgate spends it in the order in which traces are decided, and writes none`;

/** A substitution of the Collector's configuration. */
const envX = `\${env:X}`;
const keepAll = 'policies: [{ name: all, type: always_sample }]';

describe('parseSamplingConfig: where the block is', () => {
  it.each([
    { place: 'the bare options', text: keepAll },
    { place: 'under tail_sampling', text: `tail_sampling:\n  ${keepAll}` },
    { place: 'under a named instance', text: `tail_sampling/eu:\n  ${keepAll}` },
    { place: 'among pasted processors', text: `batch:\ntail_sampling:\n  ${keepAll}` },
    {
      place: 'in a Collector file',
      text: `receivers:\nprocessors:\n  batch:\n  tail_sampling:\n    ${keepAll}\nservice: {}`,
    },
    { place: 'in a Collector file, with a name', text: `processors:\n  tail_sampling/eu:\n    ${keepAll}` },
  ])('reads $place', ({ text }) => {
    expect(configFrom(text)).toMatchObject({
      decisionWaitMs: 30_000,
      decisionWaitAfterRootReceivedMs: undefined,
      sampleOnFirstMatch: false,
      policies: [{ name: 'all', type: 'always_sample' }],
    });
  });

  it.each([
    { what: 'an empty file', text: '', error: ': expected a tail_sampling configuration, got nothing' },
    { what: 'a text', text: 'hello', error: ': expected a tail_sampling configuration, got "hello"' },
    {
      what: 'a Collector file without the processor',
      text: 'processors: { batch: {} }',
      error: 'processors: no tail_sampling processor here, only batch',
    },
    {
      what: 'empty processors',
      text: 'processors:',
      error: 'processors: expected a map of processors with tail_sampling, got nothing',
    },
    {
      what: 'an empty block',
      text: 'tail_sampling:',
      error: 'tail_sampling.policies: expected at least one policy; without any, no trace is kept',
    },
    {
      what: 'two instances',
      text: `processors:\n  tail_sampling/a: {}\n  tail_sampling/b: {}`,
      error: 'processors: expected one tail_sampling processor, got tail_sampling/a, tail_sampling/b; keep one',
    },
    {
      what: 'options beside the block',
      text: `tail_sampling:\n  ${keepAll}\ndecision_wait: 5s`,
      error: 'decision_wait: belongs inside tail_sampling',
    },
    {
      what: 'a list for a block',
      text: 'tail_sampling: []',
      error: 'tail_sampling: expected a map of options, got a list',
    },
  ])('refuses $what', ({ text, error }) => {
    expect(issuesOf(text).errors).toContain(error);
  });
});

describe('parseSamplingConfig: what is wrong', () => {
  it('reports everything at once, with path and line', () => {
    const text = `processors:
  tail_sampling/eu:
    decision_wait: 30
    decision_wiat: 30s
    policies:
      - name: slow
        type: latancy
      - name: errors
        type: status_code
        status_code: { status_codes: [EROR] }
      - name: errors
        type: latency
        latency:
          threshold_ms: 5s
          treshold_ms: 5
        status_code: { status_codes: [ERROR] }
      - type: always_sample
      - name: limit
        type: my_extension
      - name: either
        type: and
        and:
          and_sub_policy:
            - name: inner
              type: numeric_attribute
              numeric_attribute: { key: n }
      - 7
    sample_on_first_match: "yes"
`;
    const at = 'processors.tail_sampling/eu';
    const types = POLICY_DEFINITIONS.map(({ type }) => type).join(', ');
    const result = parseSamplingConfig(text);
    expect(result.ok ? [] : result.issues).toEqual([
      {
        path: `${at}.decision_wait`,
        line: 3,
        message: 'expected a duration with a unit, such as 30s or 1m30s, got 30',
      },
      {
        path: `${at}.decision_wiat`,
        line: 4,
        message: 'unknown key; remove it, "decision_wait" is already given',
      },
      {
        path: `${at}.policies[0].type`,
        line: 7,
        message: 'unknown policy type "latancy"; did you mean "latency"?',
      },
      {
        path: `${at}.policies[1].status_code.status_codes[0]`,
        line: 10,
        message: 'unknown value "EROR"; did you mean "ERROR"?',
      },
      { path: `${at}.policies[2].name`, line: 11, message: 'another policy already has the name "errors"' },
      { path: `${at}.policies[2].latency.threshold_ms`, line: 14, message: 'expected a whole number, got "5s"' },
      {
        path: `${at}.policies[2].latency.treshold_ms`,
        line: 15,
        message: 'unknown key; remove it, "threshold_ms" is already given',
      },
      { path: `${at}.policies[3].name`, line: 17, message: 'expected a name that is not empty' },
      { path: `${at}.policies[4].type`, line: 19, message: `unknown policy type "my_extension", allowed: ${types}` },
      {
        path: `${at}.policies[5].and.and_sub_policy[0].numeric_attribute`,
        line: 26,
        message: 'expected min_value or max_value, or both, other than 0 (0 means no bound)',
      },
      { path: `${at}.policies[6]`, line: 27, message: 'expected a map of options, got 7' },
      { path: `${at}.sample_on_first_match`, line: 28, message: 'expected true or false, got "yes"' },
    ]);
  });

  it.each([
    {
      what: 'a misspelt block, which the Collector takes for no options',
      text: 'policies: [{ name: a, type: latency, latencyy: { threshold_ms: 5 } }]',
      error: 'policies[0].latencyy: unknown key; did you mean "latency"?',
    },
    {
      what: "another type's block in place of its own",
      text: 'policies: [{ name: a, type: boolean_attribute, string_attribute: { key: k, values: [v] } }]',
      error: 'policies[0].string_attribute: does not belong to a policy of type "boolean_attribute"',
    },
    {
      what: 'options for a type that has none',
      text: 'policies: [{ name: a, type: always_sample, always_sample: { x: 1 } }]',
      error: expect.stringMatching(/^policies\[0\]\.always_sample\.x: unknown key/),
    },
    {
      what: 'no type',
      text: 'policies: [{ name: a }]',
      error: expect.stringMatching(/^policies\[0\]\.type: expected a policy type, allowed: /),
    },
    {
      what: 'a number for a name',
      text: 'policies: [{ name: 5, type: always_sample }]',
      error: 'policies[0].name: expected a string, got 5; write it in quotes: "5"',
    },
    {
      what: 'a map for the list of policies',
      text: 'policies: { a: 1 }',
      error: 'policies: expected a list, got a map',
    },
    {
      what: 'an empty list of policies',
      text: 'policies: []',
      error: 'policies: expected at least one policy; without any, no trace is kept',
    },
    {
      what: 'a wait of more than 12 h',
      text: `decision_wait: 12h1s\n${keepAll}`,
      error: 'decision_wait: expected a duration from 0s to 12h, got "12h1s"',
    },
    {
      what: 'span-ingest',
      text: `sampling_strategy: span-ingest\n${keepAll}`,
      error: expect.stringMatching(/^sampling_strategy: "span-ingest" is not supported/),
    },
    {
      what: 'an unknown strategy',
      text: `sampling_strategy: ""\n${keepAll}`,
      error: 'sampling_strategy: expected "trace-complete", got ""',
    },
    {
      what: 'more shards than the Collector allows',
      text: `num_shards: 257\n${keepAll}`,
      error: 'num_shards: expected at most 256, got 257',
    },
    {
      what: 'a negative number of traces',
      text: `num_traces: -1\n${keepAll}`,
      error: 'num_traces: expected a whole number from 0 to 18446744073709551615, got -1',
    },
    {
      what: 'an unknown key in the cache',
      text: `decision_cache: { size: 5 }\n${keepAll}`,
      error: 'decision_cache.size: unknown key, allowed: sampled_cache_size, non_sampled_cache_size',
    },
    {
      what: 'a key that is given twice',
      text: `${keepAll}\n${keepAll}`,
      error: ': not valid YAML: the key policies occurs twice; keep one',
    },
    { what: 'a text that is not YAML', text: 'policies: [', error: expect.stringMatching(/^: not valid YAML: /) },
    {
      what: 'two documents',
      text: `${keepAll}\n---\n${keepAll}`,
      error: ': expected one document with tail_sampling, got 2 (between lines of ---), at lines 1, 3; keep one',
    },
    { what: 'an unknown tag', text: 'policies: !secret x', error: expect.stringMatching(/^: not valid YAML: /) },
  ])('refuses $what', ({ text, error }) => {
    expect(issuesOf(text).errors).toEqual([error]);
  });

  it('does not expand an alias bomb', () => {
    const lines = ['a0: &a0 [x]'];
    for (let i = 1; i < 12; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    expect(issuesOf(lines.join('\n')).errors).toEqual([
      expect.stringMatching(/^: not valid YAML: Excessive alias count/),
    ]);
  });

  it('survives an anchor that contains itself', () => {
    expect(issuesOf('policies: &p\n  - name: a\n    type: and\n    and: { and_sub_policy: *p }').errors).not.toEqual(
      [],
    );
  });
});

describe('parseSamplingConfig: substitutions', () => {
  it.each(['env:PCT', 'PCT', 'file:/etc/pct'])('refuses a value from %s once, with what to do', (source) => {
    const value = `\${${source}}`;
    const text = `policies:\n  - { name: p, type: probabilistic, probabilistic: { sampling_percentage: "${value}" } }`;
    expect(issuesOf(text).errors).toEqual([
      `policies[0].probabilistic.sampling_percentage: "${value}" is not substituted here; write the value itself`,
    ]);
  });

  it.each([
    { where: 'a type', text: `policies: [{ name: a, type: "${envX}" }]` },
    { where: 'a policy', text: `policies: ["${envX}"]` },
    { where: 'the list of policies', text: `policies: "${envX}"` },
    {
      where: 'a value of a list',
      text: `policies: [{ name: a, type: status_code, status_code: { status_codes: ["${envX}"] } }]`,
    },
    { where: 'a duration', text: `decision_wait: "${envX}"\n${keepAll}` },
  ])('says nothing else of $where that is substituted', ({ text }) => {
    expect(issuesOf(text).errors).toEqual([expect.stringMatching(/: "\$\{env:X\}" is not substituted here/)]);
  });

  it('leaves the rest of a Collector file alone', () => {
    const text = `receivers: { otlp: { endpoint: "\${env:HOST}" } }\nprocessors:\n  tail_sampling:\n    ${keepAll}`;
    expect(issuesOf(text)).toEqual({ errors: [], warnings: [] });
  });

  it.each([
    { value: '^/health$$', matches: '/health' },
    { value: '^/health$', matches: '/health' },
    { value: `a$\${b}`, matches: `a\${b}` },
  ])('takes $$ for an escaped $ in $value, as the Collector does', ({ value, matches }) => {
    const isRegex = value.startsWith('^');
    const config = configFrom(
      `policies: [{ name: a, type: string_attribute, string_attribute: { key: k, values: ['${value}'], enabled_regex_matching: ${isRegex} } }]`,
    );
    expect(config.policies[0]?.evaluate(traceOf({ attributes: { k: matches } }), NO_ALLOWANCES).vote).toBe('sampled');
  });
});

describe('parseSamplingConfig: what is allowed', () => {
  it('reads the waits in milliseconds', () => {
    expect(configFrom(`decision_wait: 1m30.5s\ndecision_wait_after_root_received: 250ms\n${keepAll}`)).toMatchObject({
      decisionWaitMs: 90_500,
      decisionWaitAfterRootReceivedMs: 250,
    });
    expect(configFrom(`decision_wait: 0s\ndecision_wait_after_root_received: 0s\n${keepAll}`)).toMatchObject({
      decisionWaitMs: 0,
      decisionWaitAfterRootReceivedMs: undefined,
    });
  });

  it('says nothing of limits without use_tracestate, or in a composite', () => {
    const limit = '{ name: b, type: rate_limiting, rate_limiting: { spans_per_second: 5 } }';
    const composite = `{ name: c, type: composite, composite: { max_total_spans_per_second: 5, composite_sub_policy: [${limit}] } }`;
    const share = (options: string) =>
      `{ name: a, type: probabilistic, probabilistic: { sampling_percentage: 5${options} } }`;
    expect(issuesOf(`policies: [${share('')}, ${limit}]`).warnings).toEqual([]);
    expect(issuesOf(`policies: [${share(', use_tracestate: true')}, ${composite}]`).warnings).toEqual([]);
  });

  it('moves drop policies to the front and keeps the order otherwise', () => {
    const drop = (name: string) =>
      `{ name: ${name}, type: drop, drop: { drop_sub_policy: [{ type: always_sample }] } }`;
    const all = (name: string) => `{ name: ${name}, type: always_sample }`;
    const { policies } = configFrom(`policies: [${all('a')}, ${drop('b')}, ${all('c')}, ${drop('d')}]`);
    expect(policies.map(({ name }) => name)).toEqual(['b', 'd', 'a', 'c']);
  });

  it('follows anchors, aliases and merge keys', () => {
    const text = `x: &error { type: status_code, status_code: { status_codes: [ERROR] } }
processors:
  tail_sampling:
    policies:
      - { <<: *error, name: a }`;
    expect(configFrom(text).policies).toMatchObject([{ name: 'a', type: 'status_code' }]);
  });

  it('reads whole numbers written as floats, and null as not given', () => {
    const text = 'policies: [{ name: a, type: latency, latency: { threshold_ms: 1e3, upper_threshold_ms: null } }]';
    const { evaluate } = configFrom(text).policies[0] ?? { evaluate: undefined };
    expect(evaluate?.(traceOf({ endMs: 1000 }), NO_ALLOWANCES).vote).toBe('not_sampled');
    expect(evaluate?.(traceOf({ endMs: 1001 }), NO_ALLOWANCES).vote).toBe('sampled');
  });

  it.each([
    { text: '1_000', value: 1000 },
    { text: '0x3E8', value: 1000 },
    { text: '0b11_1110_1000', value: 1000 },
    { text: '0o1750', value: 1000 },
    { text: '01750', value: 1000 },
    { text: '+1_000', value: 1000 },
  ])('reads $text as the Collector does', ({ text, value }) => {
    const [policy] = configFrom(
      `policies: [{ name: a, type: span_count, span_count: { min_spans: ${text} } }]`,
    ).policies;
    const traceOfSpans = (count: number) => traceOf(...Array.from({ length: count }, () => ({})));
    expect(policy?.evaluate(traceOfSpans(value), NO_ALLOWANCES).vote).toBe('sampled');
    expect(policy?.evaluate(traceOfSpans(value - 1), NO_ALLOWANCES).vote).toBe('not_sampled');
  });

  it('lets sub-policies go without a name, or share one', () => {
    const text =
      'policies: [{ name: a, type: and, and: { and_sub_policy: [{ type: always_sample }, { name: a, type: always_sample }] } }]';
    expect(issuesOf(text)).toEqual({ errors: [], warnings: [] });
  });

  it.each([
    'num_traces: 50000',
    'expected_new_traces_per_sec: 10',
    'block_on_overflow: true',
    'drop_pending_traces_on_shutdown: true',
    'tail_storage: file_storage',
    'mutates_data: true',
    'num_shards: 4',
    'decision_cache: { sampled_cache_size: 100, non_sampled_cache_size: 100 }',
  ])('takes %s with a warning that says what happens instead', (setting) => {
    const key = setting.slice(0, setting.indexOf(':'));
    expect(issuesOf(`${setting}\n${keepAll}`)).toEqual({
      errors: [],
      warnings: [expect.stringMatching(new RegExp(`^${key}: is ignored: `))],
    });
  });

  it.each(['sampling_strategy: trace-complete', 'maximum_trace_size_bytes: 0', 'num_shards: 1'])(
    'takes %s, which is how Tailgate works, in silence',
    (setting) => {
      expect(issuesOf(`${setting}\n${keepAll}`)).toEqual({ errors: [], warnings: [] });
    },
  );

  it.each([
    {
      text: `decision_wait: 5s\ndecision_wait_after_root_received: 6s\n${keepAll}`,
      warning: 'decision_wait_after_root_received: is longer than decision_wait: it has no effect',
    },
    {
      text: 'policies: [{ name: a, type: drop, drop: { drop_sub_policy: [{ type: always_sample }] } }]',
      warning: 'policies: only drop: no trace is kept',
    },
    { text: `decision_wait: -1s\n${keepAll}`, warning: 'decision_wait: is below 0: read as 0s' },
    {
      text: `decision_wait_after_root_received: -1s\n${keepAll}`,
      warning: 'decision_wait_after_root_received: is below 0: read as 0s',
    },
    {
      text: 'policies: [{ name: a, type: latency, latency: { threshold_ms: 1 }, span_count: { min_spans: 1 } }]',
      warning: 'policies[0].span_count: is ignored: a policy of type "latency" does not read it',
    },
    {
      text: 'policies: [{ name: a, type: always_sample, latency: }]',
      warning: 'policies[0].latency: is ignored: a policy of type "always_sample" does not read it',
    },
    {
      text: `policies:
  - { name: a, type: probabilistic, probabilistic: { sampling_percentage: 5, use_tracestate: true } }
  - { name: b, type: rate_limiting, rate_limiting: { spans_per_second: 5 } }`,
      warning: `policies[1]: ${limitWarning('rate_limiting')}`,
    },
    {
      text: `policies:
  - { name: a, type: probabilistic, probabilistic: { sampling_percentage: 5, use_tracestate: true } }
  - { name: b, type: and, and: { and_sub_policy: [{ type: bytes_limiting, bytes_limiting: { bytes_per_second: 5 } }] } }`,
      warning: `policies[1].and.and_sub_policy[0]: ${limitWarning('bytes_limiting')}`,
    },
  ])('warns: $warning', ({ text, warning }) => {
    expect(issuesOf(text)).toEqual({ errors: [], warnings: [warning] });
  });
});
