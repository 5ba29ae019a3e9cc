import { describe, expect, it, vi } from 'vitest';
import { parseSamplingConfig } from '../../../lib/sampling/config/parse-sampling-config.ts';
import { configFrom, issuesOf } from '../../support/sampling-config.ts';

const BLOCK = 'tail_sampling:\n  decision_wait: 7s\n  policies: [{ name: all, type: always_sample }]\n';
const indented = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by));
const COLLECTOR = `receivers: { otlp: {} }\nprocessors:\n${indented(BLOCK, 2)}`;
const AGENT = 'exporters:\n  loadbalancing: { routing_key: traceID }\n';
const DEPLOYMENT = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: otel }\n';
const configMap = (text: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: otel }\ndata:\n  relay: |\n${indented(text, 4)}`;

describe('a stream of YAML documents', () => {
  it.each([
    { what: 'a separator behind it', text: `---\n${COLLECTOR}---\n` },
    { what: 'separators around it', text: `---\n---\n${COLLECTOR}---\n---\n` },
    { what: 'an end', text: `${COLLECTOR}...\n` },
    { what: 'comments before and after', text: `# one\n---\n${COLLECTOR}---\n# two\n` },
    { what: 'a byte order mark', text: `\ufeff${COLLECTOR}---\n` },
    { what: 'lines that end in CR LF', text: `---\n${COLLECTOR}---\n`.replaceAll('\n', '\r\n') },
  ])('is one document with $what', ({ text }) => {
    expect(parseSamplingConfig(text)).toMatchObject({
      ok: true,
      warnings: [],
      notes: [],
      config: { decisionWaitMs: 7000 },
    });
  });

  it.each([
    { what: 'of which the last has it', text: `${AGENT}---\n${COLLECTOR}`, line: 4, count: 2 },
    { what: 'of which the first has it', text: `---\n${COLLECTOR}---\n${DEPLOYMENT}---\n`, line: 2, count: 2 },
    {
      what: 'with a ConfigMap',
      text: `${DEPLOYMENT}---\n# Source: x\n${configMap(COLLECTOR)}---\n${DEPLOYMENT}`,
      line: 6,
      count: 3,
    },
    { what: 'with a block on its own', text: `${AGENT}---\n${BLOCK}`, line: 4, count: 2 },
    {
      what: 'with bare options',
      text: `${AGENT}---\ndecision_wait: 7s\npolicies: [{ name: all, type: always_sample }]`,
      line: 4,
      count: 2,
    },
  ])('is read $what', ({ text, line, count }) => {
    expect(parseSamplingConfig(text)).toMatchObject({
      ok: true,
      config: { decisionWaitMs: 7000 },
      notes: [
        { path: '', line, message: `of ${count} documents Tailgate reads this one, because it has tail_sampling` },
      ],
    });
  });

  it('has errors reported at their line in the whole text', () => {
    const text = `${AGENT}---\n${configMap(COLLECTOR)}`.replace('7s', 'soon');
    const line = 1 + text.split('\n').findIndex((candidate) => candidate.includes('soon'));
    expect(parseSamplingConfig(text)).toMatchObject({
      ok: false,
      issues: [{ path: 'data.relay.processors.tail_sampling.decision_wait', line }],
    });
  });

  it('is refused when two documents have tail_sampling', () => {
    expect(parseSamplingConfig(`${COLLECTOR}---\n${AGENT}---\n${configMap(COLLECTOR)}`)).toMatchObject({
      ok: false,
      issues: [
        {
          path: '',
          line: 10,
          message: 'expected one document with tail_sampling, got 2 (between lines of ---), at lines 1, 10; keep one',
        },
      ],
    });
  });

  it('names a few places when there are many', () => {
    expect(issuesOf(Array(9).fill(BLOCK).join('---\n')).errors).toEqual([
      ': expected one document with tail_sampling, got 9 (between lines of ---), at lines 1, 5, 9, 13, 17, 21 and 3 more; keep one',
    ]);
    const texts = Array.from(
      { length: 8 },
      (_, i) => `${configMap(COLLECTOR).replace('relay', `relay${i}`)}`.split('data:\n')[1],
    );
    expect(issuesOf(`kind: ConfigMap\ndata:\n${texts.join('')}`).errors).toEqual([
      expect.stringMatching(
        /^: expected one configuration with tail_sampling, got several: data\.relay0, .*relay5 and 2 more; keep one$/,
      ),
    ]);
  });

  it.each([
    {
      what: 'has none',
      text: `${AGENT}---\n${DEPLOYMENT}`,
      error: ': none of the 2 documents here (between lines of ---) has a tail_sampling configuration',
    },
    { what: 'is empty', text: '---\n---\n', error: ': expected a tail_sampling configuration, got nothing' },
    {
      what: 'has only comments',
      text: '# tail_sampling:\n',
      error: ': expected a tail_sampling configuration, got nothing',
    },
    {
      what: 'has an alias of another document',
      text: `x: &x 1\n---\ny: *x\n---\n${BLOCK}`,
      error: expect.stringMatching(/^: not valid YAML: Unresolved alias/),
    },
  ])('is refused once when it $what', ({ text, error }) => {
    expect(issuesOf(text).errors).toEqual([error]);
  });
});

describe('a Collector configuration anywhere inside of a document', () => {
  it.each([
    { place: 'a ConfigMap', text: configMap(COLLECTOR), path: 'data.relay' },
    {
      place: 'a ConfigMap in a list',
      text: `apiVersion: v1\nkind: List\nitems:\n  - kind: Secret\n  -\n${indented(configMap(COLLECTOR), 4)}`,
      path: 'items[1].data.relay',
    },
    {
      place: 'Docker Compose',
      text: `services: { otel: { image: x } }\nconfigs:\n  otel:\n    content: |\n${indented(COLLECTOR, 6)}`,
      path: 'configs.otel.content',
    },
    {
      place: 'the values in an application of Argo CD',
      text: `kind: Application\napiVersion: argoproj.io/v1alpha1\nspec:\n  source:\n    helm:\n      values: |\n        mode: deployment\n        config:\n${indented(COLLECTOR, 10)}`,
      path: 'spec.source.helm.values.config',
    },
    {
      place: 'a text in a text',
      text: `kind: Application\nspec:\n  values: |\n${indented(configMap(COLLECTOR), 4)}`,
      path: 'spec.values.data.relay',
    },
    {
      place: 'the values of a HelmRelease of Flux',
      text: `kind: HelmRelease\nspec:\n  values:\n    config:\n${indented(COLLECTOR, 6)}`,
      path: 'spec.values.config',
    },
  ])('is read in $place', ({ text, path }) => {
    expect(configFrom(text).decisionWaitMs).toBe(7000);
    const wrong = text.replace('7s', 'soon');
    const line = 1 + wrong.split('\n').findIndex((candidate) => candidate.includes('soon'));
    expect(parseSamplingConfig(wrong)).toMatchObject({
      ok: false,
      issues: [{ path: `${path}.processors.tail_sampling.decision_wait`, line }],
    });
  });

  it('is not looked for in prose, nor in a text that is no YAML', () => {
    const text = `apiVersion: v1\nkind: ConfigMap\ndata:\n  README: |\n    Use tail_sampling: {{ it }} is [good\n  relay: |\n${indented(COLLECTOR, 4)}`;
    expect(configFrom(text).decisionWaitMs).toBe(7000);
  });

  it('is one when an alias repeats it', () => {
    expect(configFrom(`x: &c\n${indented(COLLECTOR, 2)}config: *c\n`).decisionWaitMs).toBe(7000);
  });
});

it('a key that is a map or a list is an unknown key, and the process prints no warning of its own', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const { errors } = issuesOf('policies: [{ name: all, type: always_sample, ? [debug] : 1 }]\n? { a: b }\n: 1\n');
  const warnings = [...warn.mock.calls];
  warn.mockRestore();
  expect(errors).toEqual([
    expect.stringContaining('unknown key, allowed: '),
    expect.stringContaining('unknown key, allowed: '),
  ]);
  expect(warnings).toEqual([]);
});
