import { describe, expect, it } from 'vitest';
import { parseSamplingConfig } from '../../../lib/sampling/config/parse-sampling-config.ts';
import { configFrom, issuesOf } from '../../support/sampling-config.ts';

const policies = (name: string) => `policies: [{ name: ${name}, type: always_sample }]`;
const indented = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by));

/** A Collector file with two instances, of which the traces pipelines use these. */
const twoInstances = (...used: readonly string[]) => `processors:
  tail_sampling: { ${policies('fast')} }
  tail_sampling/slow: { ${policies('slow')} }
service:
  pipelines:
    metrics: { receivers: [otlp], processors: [batch], exporters: [otlp] }
${used.map((name, i) => `    traces/${i}: { receivers: [otlp], processors: [memory_limiter, ${name}], exporters: [otlp] }`).join('\n')}
`;

describe('a Collector file with two instances of tail_sampling', () => {
  it.each([
    { used: ['tail_sampling/slow'], read: 'slow', other: 'tail_sampling' },
    { used: ['tail_sampling', 'tail_sampling'], read: 'fast', other: 'tail_sampling/slow' },
  ])('means the one that pipelines name: $used', ({ used, read, other }) => {
    const text = twoInstances(...used);
    expect(configFrom(text).policies.map(({ name }) => name)).toEqual([read]);
    expect(issuesOf(text).warnings).toEqual([
      `processors.${other}: is not read: no pipeline of service.pipelines names it, one names ${used[0]}`,
    ]);
  });

  it.each([
    {
      what: 'both are in use',
      text: twoInstances('tail_sampling', 'tail_sampling/slow'),
      advice: 'put the policies of those in use into one',
    },
    { what: 'none is in use', text: twoInstances('batch') },
    { what: 'no pipelines are there', text: twoInstances().replace(/service:[\s\S]*/, '') },
    {
      what: 'the pipelines are odd',
      text: twoInstances().replace(/service:[\s\S]*/, 'service: { pipelines: { traces: 7 } }'),
    },
  ])('is refused when $what', ({ text, advice = 'keep one' }) => {
    const error = 'processors: expected one tail_sampling processor, got tail_sampling, tail_sampling/slow';
    expect(issuesOf(text).errors).toEqual([`${error}; ${advice}`]);
  });
});

const COLLECTOR = `receivers: { otlp: { protocols: { http: {} } } }
processors:
  batch: {}
  tail_sampling:
    decision_wait: 7s
    ${policies('all')}
service:
  pipelines: { traces: { receivers: [otlp], processors: [tail_sampling], exporters: [debug] } }
`;
const HELM_VALUES = `mode: deployment
image: { repository: otel/opentelemetry-collector-contrib }
presets:
  kubernetesAttributes: { enabled: false }
config:
${indented(COLLECTOR, 2)}
resources: { limits: { memory: 2Gi } }
`;
const resource = (version: string, config: string) => `apiVersion: opentelemetry.io/${version}
kind: OpenTelemetryCollector
metadata: { name: sampling }
spec:
  mode: deployment
  config: ${config}
`;
const AS_TEXT = resource('v1alpha1', `|\n${indented(COLLECTOR, 4)}`);

describe('a Collector file inside of another file', () => {
  it.each([
    { place: 'Helm values', text: HELM_VALUES },
    { place: 'Helm values of a chart around it', text: `opentelemetry-collector:\n${indented(HELM_VALUES, 2)}` },
    {
      place: 'Helm values that replace the default',
      text: HELM_VALUES.replace('\nconfig:', '\nconfig: { exporters: { debug: {} } }\nalternateConfig:'),
    },
    { place: 'a resource of the operator', text: resource('v1beta1', `\n${indented(COLLECTOR, 4)}`) },
    { place: 'a resource of the operator, as text', text: AS_TEXT },
    { place: 'a resource of the operator, as text in quotes', text: resource('v1alpha1', JSON.stringify(COLLECTOR)) },
  ])('is read in $place', ({ text }) => {
    expect(issuesOf(text)).toEqual({ errors: [], warnings: [] });
    expect(configFrom(text)).toMatchObject({ decisionWaitMs: 7000, policies: [{ name: 'all' }] });
  });

  it.each([
    { place: 'Helm values', text: HELM_VALUES, path: 'config.processors.tail_sampling.decision_wait' },
    { place: 'a text', text: AS_TEXT, path: 'spec.config.processors.tail_sampling.decision_wait' },
    {
      place: 'a text that is kept as it is',
      text: AS_TEXT.replace('config: |', 'config: |+'),
      path: 'spec.config.processors.tail_sampling.decision_wait',
    },
  ])('has its errors reported at their place in $place', ({ text, path }) => {
    const wrong = text.replace('decision_wait: 7s', 'decision_wait: soon');
    const result = parseSamplingConfig(wrong);
    const line = 1 + wrong.split('\n').findIndex((candidate) => candidate.includes('soon'));
    expect(result).toMatchObject({ ok: false, issues: [{ path, line }] });
  });

  it('has errors in quoted text reported at the text', () => {
    const text = resource('v1alpha1', JSON.stringify(COLLECTOR.replace('7s', 'soon')));
    expect(parseSamplingConfig(text)).toMatchObject({ ok: false, issues: [{ line: 6 }] });
  });

  it('has broken YAML in its text reported at its line', () => {
    const text = AS_TEXT.replace('batch: {}', 'batch: {');
    const result = parseSamplingConfig(text);
    expect(result).toMatchObject({ ok: false });
    const [issue] = result.ok ? [] : result.issues;
    expect(issue).toMatchObject({ path: 'spec.config', message: expect.stringContaining('not valid YAML') });
    expect(issue?.line).toBeGreaterThanOrEqual(1 + text.split('\n').findIndex((line) => line.includes('batch: {')));
  });

  it.each([
    {
      what: 'Helm values without the processor',
      text: 'mode: daemonset\nconfig: { processors: { batch: {} } }',
      error: 'config.processors: no tail_sampling processor here, only batch',
    },
    {
      what: 'Helm values without processors',
      text: 'mode: daemonset\nconfig: { receivers: { otlp: {} } }',
      error: 'config.processors: expected a map of processors with tail_sampling, got nothing',
    },
    {
      what: 'two configurations',
      text: `agent:\n${indented(HELM_VALUES, 2)}gateway:\n${indented(HELM_VALUES, 2)}`,
      error: ': expected one configuration with tail_sampling, got several: agent.config, gateway.config; keep one',
    },
    {
      what: 'another resource',
      text: 'apiVersion: apps/v1\nkind: Deployment\nspec: { replicas: 1 }',
      error:
        'kind: Deployment without tail_sampling; expected it in the config of an OpenTelemetryCollector, or in a text of a ConfigMap',
    },
  ])('is refused with its reason: $what', ({ text, error }) => {
    expect(issuesOf(text).errors).toEqual([error]);
  });
});
