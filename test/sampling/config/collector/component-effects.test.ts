import { describe, expect, it } from 'vitest';
import { effectOfConnector, effectOfProcessor } from '../../../../lib/sampling/config/collector/component-effects.ts';

/**
 * Every processor of the Collector's core repository and of contrib v0.160.0 (its versions.yaml, with the component type for the name of
 * the module), sorted by what their documentation says that they do with traces.
 */
const CHANGES_TRACES = `
  adaptive_tail_sampling attributes aws_ecs_attributes coralogix filter gen_ai_normalizer geoip groupbyattrs isolationforest k8s_attributes
  lookup probabilistic_sampler redaction resource resource_detection schema span span_pruning sumologic transform
`;
const PASSES_TRACES_ON = 'batch groupbytrace memory_limiter queuebatch remotetap';
/** The Collector does not start with one of these in a traces pipeline. */
const NOT_FOR_TRACES = `
  cardinality_guardian cumulativetodelta deltatocumulative deltatorate drain interval logdedup logstransform metricsgeneration
  metricstarttime metricstransform signing unroll
`;
const CONNECTORS = `
  count datadog exceptions failover grafanacloud otlp_json round_robin routing service_graph signaltometrics slow_sql span_metrics sum
`;

const words = (text: string) => text.trim().split(/\s+/);

describe('what is known of components', () => {
  it.each(words(CHANGES_TRACES))('is that the processor %s matters', (type) => {
    expect(effectOfProcessor(`${type}/2`)).toMatch(
      /^(drops|changes|adds|renames|moves|removes|merges)\b.*, which Tailgate does not$/,
    );
  });

  it.each(words(`${PASSES_TRACES_ON} ${NOT_FOR_TRACES}`))('is that the processor %s has no effect', (type) => {
    expect(effectOfProcessor(type)).toBeUndefined();
  });

  it.each(words(CONNECTORS))('is that the connector %s matters', (type) => {
    expect(effectOfConnector(type)).toMatch(/^(generates|turns|chooses)\b.*, which Tailgate does not$/);
  });

  it('is that the connector forward only passes on', () => {
    expect(effectOfConnector('forward/x')).toBeUndefined();
  });

  it.each(['acme', 'metrics_as_logs', '', 'constructor'])('is nothing of %j', (type) => {
    expect(effectOfConnector(type)).toBe('is unknown to Tailgate, which does not run it');
    expect(effectOfProcessor(type)).toBe('is unknown to Tailgate, which does not run it');
  });
});
