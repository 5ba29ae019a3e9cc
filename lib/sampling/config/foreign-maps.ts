import { isYamlMap, memberOf, type YamlMap } from './yaml-map.ts';

interface ForeignMap {
  /** Any of these sets of top-level keys identifies the format. Messages point at the first key of a set. */
  readonly keys: readonly (readonly string[])[];
  readonly message: string;
}

const EXPECTED = 'expected a tail_sampling configuration';

const FOREIGN_MAPS: readonly ForeignMap[] = [
  {
    keys: [['RulesVersion'], ['Samplers'], ['General', 'Network']],
    message: 'this looks like a rules file of Refinery; only tail_sampling configurations are read',
  },
  {
    keys: [['service_strategies'], ['default_strategy']],
    message: `these are Jaeger's strategies for head sampling; ${EXPECTED}, where policies of type probabilistic do the same`,
  },
  { keys: [['tracer_provider'], ['file_format']], message: `this configures an OpenTelemetry SDK; ${EXPECTED}` },
  {
    keys: [
      ['capabilities', 'agent'],
      ['server', 'agent'],
    ],
    message: `this looks like the configuration of an OpAMP supervisor; ${EXPECTED}, which is in the file of its Collector`,
  },
  {
    keys: [['AWSTemplateFormatVersion'], ['Resources']],
    message: `this is a CloudFormation template; ${EXPECTED}: save it as a file of its own`,
  },
  {
    keys: [['SamplingRule'], ['SamplingRuleRecords']],
    message: `these are rules of AWS X-Ray for head sampling; ${EXPECTED}`,
  },
  {
    keys: [['terraform'], ['resource']],
    message: `this is Terraform; ${EXPECTED}: save it as a file of its own`,
  },
  {
    keys: [['apm-server'], ['apm_config']],
    message: `this configures another tracing agent; ${EXPECTED}`,
  },
];

/**
 * Says which format a document without `tail_sampling` has, and which of its keys shows that; undefined if it is
 * unknown.
 */
export function recogniseMap(root: YamlMap): { readonly key: string; readonly message: string } | undefined {
  const has = (key: string) => Object.hasOwn(root, key);
  if (isGrafanaAgent(root)) {
    return {
      key: 'traces',
      message: `this is Grafana Agent in static mode; ${EXPECTED}: copy the policies of its tail_sampling and give each a name`,
    };
  }
  if (has('services') && isCompose(root['services'])) {
    return {
      key: 'services',
      message: `this is a file of Docker Compose; ${EXPECTED}, perhaps the file that it mounts into the Collector`,
    };
  }
  if (has('apiVersion') && has('kind')) {
    return {
      key: 'kind',
      message: `${String(root['kind'])} without tail_sampling; expected it in the config of an OpenTelemetryCollector, or in a text of a ConfigMap`,
    };
  }
  for (const { keys, message } of FOREIGN_MAPS) {
    const [key] = keys.find((set) => set.every(has)) ?? [];
    if (key !== undefined) return { key, message };
  }
  return undefined;
}

function isGrafanaAgent(root: YamlMap): boolean {
  return Array.isArray(memberOf(root['traces'], 'configs'));
}

function isCompose(services: unknown): boolean {
  return (
    isYamlMap(services) &&
    Object.values(services).some((service) =>
      ['image', 'build'].some((key) => isYamlMap(service) && Object.hasOwn(service, key)),
    )
  );
}
