import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseSamplingConfig } from '../../../lib/sampling/config/parse-sampling-config.ts';
import { POLICY_DEFINITIONS } from '../../../lib/sampling/registry.ts';
import { fillGeneratedBlocks, generatedBlocksOf } from '../../../scripts/docs/generated-blocks.ts';
import { policyTables } from '../../../scripts/docs/policy-tables.ts';
import { issuesOf } from '../../support/sampling-config.ts';

const page = readFileSync(new URL('../../../docs/policies.md', import.meta.url), 'utf8');
const types = POLICY_DEFINITIONS.map(({ type }) => type);

/** From the heading of a type to the next heading. */
function sectionOf(type: string): string {
  return page.split(/^#{2,3} /m).find((section) => section.startsWith(`${type}\n`)) ?? '';
}

describe('docs/policies.md', () => {
  it('is what its generator makes of it (else: npm run docs)', () => {
    expect(fillGeneratedBlocks(page, policyTables())).toBe(page);
  });

  it('has each generated table once', () => {
    expect([...generatedBlocksOf(page)].sort()).toEqual([...policyTables().keys()].sort());
  });

  it('has a section for each type, in the order of the registry', () => {
    const headings = [...page.matchAll(/^### (\w+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(types);
  });

  it.each(types)('has an example of %s, valid and without a warning', (type) => {
    const [, example = ''] = sectionOf(type).match(/^```yaml\n([\s\S]*?)^```$/m) ?? [];
    expect(issuesOf(example)).toEqual({ errors: [], warnings: [] });
    expect(JSON.stringify(parse(example))).toContain(`"type":"${type}"`);
  });

  it.each(types)('has the options of %s in its section', (type) => {
    expect(sectionOf(type)).toContain(`<!-- generated: options of ${type} -->`);
  });
});

/** Configurations that fall into the traps of the page, by the first words of their row: a policy, or the whole text. */
const TRAPS: Readonly<Record<string, readonly string[]>> = {
  'a misspelt option': ['{ type: latency, latencyy: { threshold_ms: 1 } }'],
  'the block of another type in place': ['{ type: latency, span_count: { min_spans: 1 } }'],
  'the block of another type beside': ['{ type: latency, latency: { threshold_ms: 1 }, span_count: { min_spans: 1 } }'],
  'an empty `key`': ['{ type: trace_state, trace_state: { values: [a] } }'],
  'a fraction where': ['{ type: latency, latency: { threshold_ms: 1.5 } }'],
  '`drop` without sub-policies': ['{ type: drop, drop: { drop_sub_policy: [] } }'],
  '`numeric_attribute` without a bound': ['{ type: numeric_attribute, numeric_attribute: { key: k, min_value: 0 } }'],
  '`min_value: 0`, `max_value: 0`': [
    '{ type: numeric_attribute, numeric_attribute: { key: k, min_value: 0, max_value: 1 } }',
    '{ type: numeric_attribute, numeric_attribute: { key: k, min_value: 1, max_value: 0 } }',
  ],
  '`invert_match` at top level': [
    '{ type: string_attribute, string_attribute: { key: k, values: [v], invert_match: true } }',
  ],
  '`boolean_attribute` with `value: false`': [
    '{ type: boolean_attribute, boolean_attribute: { key: k, value: false } }',
  ],
  '`and` without sub-policies': ['{ type: and, and: { and_sub_policy: [] } }'],
  '`sampling_percentage`': ['0', '-1', '101'].map(
    (p) => `{ type: probabilistic, probabilistic: { sampling_percentage: ${p} } }`,
  ),
  'bounds that leave nothing': [
    '{ type: latency, latency: { threshold_ms: 5, upper_threshold_ms: 5 } }',
    '{ type: span_count, span_count: { min_spans: 5, max_spans: 4 } }',
    '{ type: numeric_attribute, numeric_attribute: { key: k, min_value: 5, max_value: 4 } }',
  ],
  'only `drop` policies': ['{ type: drop, drop: { drop_sub_policy: [{ type: always_sample }] } }'],
  '`policy_order`': [
    '{ type: composite, composite: { max_total_spans_per_second: 1, policy_order: [b, a], composite_sub_policy: [{ name: a, type: always_sample }, { name: b, type: always_sample }] } }',
  ],
  'an allocation': [
    '{ type: composite, composite: { max_total_spans_per_second: 1, composite_sub_policy: [{ name: a, type: always_sample }], rate_allocation: [{ policy: b, percent: 5 }] } }',
    '{ type: composite, composite: { max_total_spans_per_second: 1, composite_sub_policy: [{ name: a, type: always_sample }], rate_allocation: [{ policy: a, percent: 101 }] } }',
  ],
  'a limit of 0': ['{ type: rate_limiting, rate_limiting: {} }', '{ type: bytes_limiting, bytes_limiting: {} }'],
  '`ottl_condition` without `error_mode`': ['{ type: ottl_condition, ottl_condition: { span: ["name == nil"] } }'],
  '`attributes["k"] != …`': [
    `{ type: ottl_condition, ottl_condition: { error_mode: ignore, span: ['attributes["k"] != "v"'] } }`,
  ],
  '`rate_limiting`, `bytes_limiting` beside': ['rate_limiting: { spans', 'bytes_limiting: { bytes'].map(
    (limit) =>
      `{ type: ${limit.split(':')[0]}, ${limit}_per_second: 5 } }, { name: q, type: probabilistic, probabilistic: { sampling_percentage: 5, use_tracestate: true } }`,
  ),
  'maps and lists more than 64 deep': [
    `{ type: and, and: { and_sub_policy: ${'['.repeat(65)}${']'.repeat(65)} } }`,
    `{ type: ottl_condition, ottl_condition: { error_mode: ignore, span: ['${'('.repeat(101)}name == nil${')'.repeat(101)}'] } }`,
  ],
  '`${env:X}`': [`{ type: always_sample, name: "\${env:X}" }`],
};

describe('the traps of docs/policies.md', () => {
  const [, table = ''] = page.split(/^## Traps$/m);
  const rows = [...(table.split(/^## /m)[0] ?? '').matchAll(/^\| (.+?) \| (.+?) \|$/gm)].slice(2);

  it.each(rows.map(([, trap = '', answer = '']) => ({ trap, answer })))('$trap: $answer', ({ trap, answer }) => {
    const [, policies = []] = Object.entries(TRAPS).find(([words]) => trap.startsWith(words)) ?? [];
    expect(policies).not.toEqual([]);
    for (const policy of policies) {
      const { errors, warnings } = issuesOf(
        `policies: [${policy.replace('{', policy.includes('name: "') ? '{' : '{ name: p,')}]`,
      );
      const kind = errors.length > 0 ? 'error' : warnings.length > 0 ? 'warning' : 'nothing';
      expect(answer.slice(0, kind.length), policy).toBe(kind);
    }
  });
});

interface Part {
  readonly processors?: readonly string[];
  readonly exporters?: readonly string[];
  readonly receivers?: readonly string[];
  /** Beside `traces`, in place of it, or none at all. */
  readonly pipelines?: object | null;
  readonly around?: object;
}

/** A pipeline in front of that of `tail_sampling`, with an exporter of its own. */
const LEADING = {
  'traces/in': { receivers: ['otlp'], exporters: ['otlp/raw', 'forward'] },
  traces: { receivers: ['forward'], processors: ['tail_sampling'] },
};

/** What the rows on other processors speak of, by their first words: a Collector file that has nothing but that. */
const PARTS: Readonly<Record<string, readonly Part[]>> = {
  'a processor that changes, adds or drops': [
    ...['attributes', 'filter', 'redaction', 'transform', 'resource', 'k8sattributes', 'probabilistic_sampler'].flatMap(
      (id) => [{ processors: [id, 'tail_sampling'] }, { processors: ['tail_sampling', id] }],
    ),
  ],
  'a processor that Tailgate does not know': [{ processors: ['acme', 'tail_sampling'] }],
  'a preset of the Helm chart': ['kubernetesAttributes', 'resourceDetection'].map((preset) => ({
    around: { presets: { [preset]: { enabled: true } } },
  })),
  'a connector, such as': [{ exporters: ['spanmetrics'] }, { exporters: ['routing'] }],
  'a second exporter': [{ exporters: ['debug', 'otlp', 'nop', 'otlp/2'] }],
  'the first exporter': [{ exporters: ['otlp'] }],
  'an exporter of a pipeline that leads to': [{ pipelines: LEADING }],
  '`batch`, `memory_limiter`': ['batch', 'memory_limiter', 'remotetap', 'logdedup'].map((id) => ({
    processors: [id, 'tail_sampling'],
  })),
  '`groupbytrace` before': [{ processors: ['groupbytrace', 'tail_sampling'] }],
  'receivers other than': [{ receivers: ['otlp', 'zipkin'] }],
  'the feature gate': [
    { around: { command: { extraArgs: ['--feature-gates=processor.tailsamplingprocessor.usetracestate'] } } },
  ],
  'other pipelines': [{ pipelines: { logs: { receivers: ['otlp'], exporters: ['debug'] } } }],
  'no pipeline that names': [{ processors: ['batch'], exporters: ['nop'] }],
  'no pipelines at all': [{ pipelines: null }],
};

function fileOf({
  processors = ['tail_sampling'],
  exporters = [],
  receivers = ['otlp'],
  pipelines,
  around,
}: Part): string {
  const probabilistic = { sampling_percentage: 5 };
  const tail_sampling = { policies: [{ name: 'p', type: 'probabilistic', probabilistic }] };
  const traces = { receivers, processors, exporters };
  const config = {
    processors: { tail_sampling, filter: {} },
    connectors: { spanmetrics: {}, routing: {}, forward: {} },
    ...(pipelines !== null && { service: { pipelines: { traces, ...pipelines } } }),
  };
  return JSON.stringify(around === undefined ? config : { ...around, config });
}

describe('the other processors of docs/policies.md', () => {
  const [, section = ''] = page.split(/^## Other processors$/m);
  const rows = [...(section.split(/^## /m)[0] ?? '').matchAll(/^\| (.+?) \| (.+?) \|$/gm)].slice(2);

  it.each(rows.map(([, part = '', answer = '']) => ({ part, answer })))('$part: $answer', ({ part, answer }) => {
    const [, files = []] = Object.entries(PARTS).find(([words]) => part.startsWith(words)) ?? [];
    expect(files).not.toEqual([]);
    for (const file of files) {
      const result = parseSamplingConfig(fileOf(file));
      const { warnings, notes } = result;
      const kind = result.ok ? (warnings.length > 0 ? 'warning' : notes.length > 0 ? 'note' : 'nothing') : 'error';
      expect(answer.slice(0, kind.length), fileOf(file)).toBe(kind);
    }
  });
});

describe('fillGeneratedBlocks', () => {
  const block = (text: string) => `before\n<!-- generated: x -->${text}<!-- end -->\nafter`;

  it('replaces what is between the marks and nothing else', () => {
    expect(fillGeneratedBlocks(block('\nold\n'), new Map([['x', 'new $1']]))).toBe(block('\n\nnew $1\n\n'));
  });

  it('refuses a name that nothing generates', () => {
    expect(() => fillGeneratedBlocks(block('\n'), new Map())).toThrow('no generated block is called "x"');
  });
});
