import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseSamplingConfig, readSamplingConfig } from '../../../lib/sampling/config/parse-sampling-config.ts';
import { issuesOf } from '../../support/sampling-config.ts';

const ALLOY = `// comment
otelcol.receiver.otlp "default" {
  grpc { endpoint = "0.0.0.0:4317" }
  output { traces = [otelcol.processor.tail_sampling.default.input] }
}

otelcol.processor.tail_sampling "default" {
  decision_wait = "10s"
  policy {
    name = "errors"
    type = "status_code"
    status_code { status_codes = ["ERROR"] }
  }
  output { traces = [otelcol.exporter.otlp.tempo.input] }
}
`;

/** Files of other kinds, which must be answered once, whatever is in them. */
const WRONG_FILES: readonly {
  readonly kind: string;
  readonly text: string;
  readonly line?: number;
  readonly says: RegExp;
}[] = [
  {
    kind: 'Grafana Alloy',
    text: ALLOY,
    line: 7,
    says: /^: is a configuration of Grafana Alloy; expected YAML\..*docs\/policies\.md/,
  },
  {
    kind: 'Grafana Alloy in one component',
    text: ALLOY.slice(ALLOY.indexOf('otelcol.processor.tail_sampling "')),
    line: 1,
    says: /^: is a configuration of Grafana Alloy/,
  },
  {
    kind: 'Grafana Alloy without tail_sampling',
    text: 'otelcol.processor.batch "x" {\n  timeout = "1s"\n}\n',
    line: 1,
    says: /Grafana Alloy, without otelcol\.processor\.tail_sampling/,
  },
  {
    kind: 'Grafana Alloy in a ConfigMap',
    text: `apiVersion: v1\nkind: ConfigMap\ndata:\n  config.alloy: |\n${ALLOY.replace(/^(?=.)/gm, '    ')}`,
    line: 11,
    says: /^: is a configuration of Grafana Alloy/,
  },
  {
    kind: 'Grafana Agent',
    text: 'traces:\n  configs:\n    - name: default\n      receivers: { otlp: {} }\n      tail_sampling: { policies: [{ type: always_sample }] }\n',
    line: 1,
    says: /^traces: this is Grafana Agent in static mode; expected .*: copy the policies/,
  },
  {
    kind: 'Refinery rules',
    text: 'RulesVersion: 2\nSamplers: {}\n',
    line: 1,
    says: /^RulesVersion: this looks like a rules file of Refinery/,
  },
  {
    kind: "Jaeger's strategies",
    text: '{"service_strategies": [], "default_strategy": {"type": "probabilistic", "param": 0.5}}',
    line: 1,
    says: /^service_strategies: these are Jaeger's strategies for head sampling; expected a tail_sampling/,
  },
  {
    kind: 'an SDK',
    text: 'file_format: "1.0"\ntracer_provider:\n  processors: [{ batch: {} }]\n',
    says: /^tracer_provider: this configures an OpenTelemetry SDK/,
  },
  {
    kind: 'an OpAMP supervisor',
    text: 'server: { endpoint: wss://x }\ncapabilities: {}\nagent: { executable: /otelcol }\n',
    says: /OpAMP supervisor/,
  },
  {
    kind: 'CloudFormation',
    text: 'AWSTemplateFormatVersion: 2010-09-09\nResources: { A: { Ref: B } }\n',
    says: /CloudFormation/,
  },
  {
    kind: 'CloudFormation with tags',
    text: 'Resources:\n  A: !Ref B\n  C: !Sub d\n',
    says: /^: not valid YAML: Unresolved tag: !Ref/,
  },
  { kind: 'X-Ray rules', text: '{"SamplingRule": {"FixedRate": 0.1}}', says: /AWS X-Ray/ },
  {
    kind: 'Terraform',
    text: 'resource "aws_lambda_function" "x" {\n  name = "a"\n}\n',
    line: 1,
    says: /^: is Terraform; expected YAML/,
  },
  { kind: 'Terraform in JSON', text: '{"resource": {"aws_s3_bucket": {}}}', says: /^resource: this is Terraform/ },
  {
    kind: 'Jsonnet',
    text: "local wait = '10s';\n{ decision_wait: wait }\n",
    line: 1,
    says: /^: is Jsonnet; .*jsonnet FILE/,
  },
  { kind: 'TOML', text: '[processors]\nbatch = {}\n', says: /^: is TOML/ },
  {
    kind: 'HTML',
    text: '<!DOCTYPE html>\n<html><body>a: b</body></html>',
    line: 1,
    says: /^: is HTML or XML, .*download the raw file/,
  },
  { kind: 'Markdown', text: '# Sampling\n\n```yaml\ntail_sampling: {}\n```\n', line: 3, says: /^: is Markdown/ },
  {
    kind: 'a Helm template',
    text: 'config:\n  {{- if .Values.x }}\n  a: {{ .Values.a }}\n  {{- end }}\n',
    line: 2,
    says: /^: is the template of a Helm chart.*helm template/,
  },
  {
    kind: 'Docker Compose',
    text: 'services:\n  otel: { image: otel }\n',
    says: /^services: this is a file of Docker Compose/,
  },
  {
    kind: 'a Deployment',
    text: 'apiVersion: apps/v1\nkind: Deployment\n',
    line: 2,
    says: /^kind: Deployment without tail_sampling/,
  },
  {
    kind: 'a Collector file without tail_sampling',
    text: 'receivers: { otlp: {} }\nprocessors: { batch: {}, tailsampling: {} }\n',
    line: 2,
    says: /^processors: no tail_sampling processor here, only batch, tailsampling; did you mean "tail_sampling"\?$/,
  },
  {
    kind: 'a Collector file without processors',
    text: 'receivers: { otlp: {} }\nexporters: { otlp: {} }\nservice: {}\n',
    says: /^processors: expected a map of processors with tail_sampling, got nothing$/,
  },
  {
    kind: 'something unknown',
    text: Array.from({ length: 13 }, (_, i) => `key${i}: 1`).join('\n'),
    says: /^: expected a Collector configuration with tail_sampling under processors, .*; got a map with key0, key1, key2, key3, key4, key5 and 7 more$/,
  },
  {
    kind: 'a misspelt block',
    text: 'tail_samplng: { policies: [] }',
    says: /got a map with tail_samplng; did you mean "tail_sampling"\?$/,
  },
  {
    kind: 'prose',
    text: `# Notes\n\nkey: value\n${'This is text. '.repeat(50)}\n\nMore.\n`,
    says: /^: not valid YAML: .{0,121}$/,
  },
  { kind: 'a list', text: '- a\n- b\n', says: /^: expected a tail_sampling configuration, got a list$/ },
  {
    kind: 'an indentation by tabs',
    text: 'tail_sampling:\n\tpolicies: []\n',
    line: 2,
    says: /^: not valid YAML: a tab; indent with spaces$/,
  },
  {
    kind: 'a missing quote',
    text: 'tail_sampling:\n  decision_wait: "10s\n  policies: []\n',
    says: /^: not valid YAML: /,
  },
];

describe('a file of another kind', () => {
  it.each(WRONG_FILES)('is answered once: $kind', ({ text, says, line }) => {
    const result = parseSamplingConfig(text);
    const issues = result.ok ? [] : result.issues;
    expect(issues.map(({ path, message }) => `${path}: ${message}`)).toEqual([expect.stringMatching(says)]);
    if (line !== undefined) expect(issues[0]?.line).toBe(line);
  });

  it('is not one because of what a comment or a value says', () => {
    const text = `# otelcol.processor.tail_sampling "x" {\nx-note: "{{ if .Values }}"\ntail_sampling:\n  policies: [{ name: a, type: always_sample }]\n`;
    expect(parseSamplingConfig(text)).toMatchObject({ ok: true });
  });

  it('has each key that is given twice reported', () => {
    const text =
      'policies: [{ name: a, type: always_sample }]\ndecision_wait: 1s\ndecision_wait: 2s\n"num_traces": 1\n"num_traces": 2\n';
    const result = parseSamplingConfig(text);
    expect(result.ok ? [] : result.issues).toEqual([
      { path: '', line: 3, message: 'not valid YAML: the key decision_wait occurs twice; keep one' },
      { path: '', line: 5, message: 'not valid YAML: the key num_traces occurs twice; keep one' },
    ]);
  });

  it('has merge keys that are given twice reported, as in the Collector, with what works', () => {
    const around = 'x: { a: &a { decision_wait: 1s }, b: &b { sample_on_first_match: true } }\ntail_sampling:\n';
    const rest = '  policies: [{ name: a, type: always_sample }]\n';
    expect(issuesOf(`${around}  <<: *a\n  <<: *b\n${rest}`).errors).toEqual([
      ': not valid YAML: the key << occurs twice; write one with a list, <<: [*a, *b]',
    ]);
    expect(parseSamplingConfig(`${around}  <<: [*a, *b]\n${rest}`)).toMatchObject({
      ok: true,
      config: { decisionWaitMs: 1000, sampleOnFirstMatch: true },
    });
    expect(issuesOf(`y: { "<<": 1, "<<": 2 }\n${around}${rest}`).errors).not.toEqual([]);
  });

  it('lists the allowed keys once for a map', () => {
    const result = parseSamplingConfig('policies: [{ name: a, type: always_sample }]\naaa: 1\nbbb: 1\npolicy: 1\n');
    expect(result.ok ? [] : result.issues.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^unknown key, allowed: decision_wait, /),
      'unknown key',
      'unknown key; remove it, "policies" is already given',
    ]);
  });
});

describe('bytes that are no text', () => {
  const issueOf = (bytes: Uint8Array) => {
    const result = readSamplingConfig(bytes);
    return result.ok ? [] : result.issues.map(({ message }) => message);
  };

  it('are told from UTF-16', () => {
    expect(issueOf(gzipSync('policies: []'))).toEqual(['is a gzip; expected text: gunzip -c FILE > NEW']);
    expect(issueOf(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82]))).toEqual([
      'is not text (it has a byte 0); expected YAML in UTF-8',
    ]);
    expect(issueOf(Buffer.from('policies: []', 'utf16le'))).toEqual([expect.stringMatching(/^is UTF-16/)]);
  });

  it('are not read when there are too many', () => {
    expect(issueOf(new Uint8Array(5 * 1024 * 1024 + 1).fill(0x23))).toEqual([
      'has 5.0 MiB; expected a configuration of at most 4 MiB',
    ]);
  });
});
