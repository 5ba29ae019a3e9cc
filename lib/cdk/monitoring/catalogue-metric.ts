import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  METRIC_CATALOGUE,
  METRIC_NAMESPACE,
  type MetricDefinition,
  type MetricName,
  PIPELINE_DIMENSION,
  type PlainMetricName,
  type SplitMetricName,
} from '../../pipeline/metrics.ts';

export const PERIOD = Duration.minutes(5);

/** A metric of a pipeline: by default the sum of 5 minutes. */
export function pipelineMetric(pipelineName: string, metricName: string, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    statistic: Stats.SUM,
    period: PERIOD,
    ...options,
    dimensionsMap: { [PIPELINE_DIMENSION]: pipelineName, ...options.dimensionsMap },
  });
}

/** A metric of the catalogue. @param statistic default: the sum */
export function catalogueMetric(pipelineName: string, name: PlainMetricName, statistic: string = Stats.SUM): Metric {
  return pipelineMetric(pipelineName, name, { statistic });
}

/** All values of the dimension of a metric, each a line of its own. Alarms cannot watch it. */
export function splitMetric(pipelineName: string, name: SplitMetricName): IMetric {
  const { dimension } = definitionOf(name);
  const search = `{${METRIC_NAMESPACE},${PIPELINE_DIMENSION},${dimension}} MetricName="${name}" ${PIPELINE_DIMENSION}="${pipelineName}"`;
  return new MathExpression({
    expression: `SEARCH('${search}', 'Sum', ${PERIOD.toSeconds()})`,
    usingMetrics: {},
    label: '',
    period: PERIOD,
  });
}

function definitionOf(name: MetricName): MetricDefinition {
  const definition = METRIC_CATALOGUE.find((candidate) => candidate.name === name);
  if (definition === undefined) throw new Error(`${name} is not in the catalogue of metrics`);
  return definition;
}
