import { argument, type Block, block } from './hcl.ts';
import type { Properties } from './properties.ts';
import { physicalName, resource, type Translation, type Translator, taken } from './resources.ts';

const FILE = 'monitoring.tf';

/** Translations of the alarms and the dashboard. */
export const MONITORING: Readonly<Record<string, Translator>> = {
  'AWS::CloudWatch::Alarm': { type: 'aws_cloudwatch_metric_alarm', file: FILE, translate: alarm },
  'AWS::CloudWatch::Dashboard': {
    type: 'aws_cloudwatch_dashboard',
    words: ['Dashboard'],
    file: FILE,
    translate: dashboard,
  },
};

function alarm(translation: Translation): readonly Block[] {
  const { properties, expressions, name } = translation;
  const metrics = properties.list('Metrics').map(({ properties: metric }) => metricQuery(metric, translation));
  return [
    resource(translation, 'aws_cloudwatch_metric_alarm', [
      argument('alarm_name', physicalName(name)),
      ...taken(properties, expressions, [
        ['AlarmDescription', 'alarm_description'],
        ['Namespace', 'namespace'],
        ['MetricName', 'metric_name'],
      ]),
      ...dimensions(properties, translation),
      ...taken(properties, expressions, [
        ['Statistic', 'statistic'],
        ['ExtendedStatistic', 'extended_statistic'],
        ['Period', 'period'],
        ['ComparisonOperator', 'comparison_operator'],
        ['Threshold', 'threshold'],
        ['EvaluationPeriods', 'evaluation_periods'],
        ['DatapointsToAlarm', 'datapoints_to_alarm'],
        ['TreatMissingData', 'treat_missing_data'],
        ['AlarmActions', 'alarm_actions'],
        ['OKActions', 'ok_actions'],
      ]),
      ...metrics,
    ]),
  ];
}

function metricQuery(query: Properties, translation: Translation): Block {
  const { expressions } = translation;
  const stat = query.nested('MetricStat');
  const metric = stat?.nested('Metric');
  const body = [
    ...taken(query, expressions, [
      ['Id', 'id'],
      ['Expression', 'expression'],
      ['Label', 'label'],
      ['ReturnData', 'return_data'],
    ]),
    ...(stat === undefined || metric === undefined
      ? []
      : [
          block('metric', [
            ...taken(metric, expressions, [
              ['Namespace', 'namespace'],
              ['MetricName', 'metric_name'],
            ]),
            ...dimensions(metric, translation),
            ...taken(stat, expressions, [
              ['Stat', 'stat'],
              ['Period', 'period'],
              ['Unit', 'unit'],
            ]),
          ]),
        ]),
  ];
  for (const nested of [metric, stat, query]) nested?.done();
  return block('metric_query', body);
}

/** A list of names and values in CloudFormation, a map in Terraform. */
function dimensions(properties: Properties, { expressions }: Translation) {
  const pairs = properties.list('Dimensions').map(({ properties: dimension }) => {
    const pair = [String(dimension.required('Name')), dimension.required('Value')] as const;
    dimension.done();
    return pair;
  });
  return pairs.length === 0 ? [] : [argument('dimensions', expressions.of(Object.fromEntries(pairs)))];
}

function dashboard(translation: Translation): readonly Block[] {
  const { properties, expressions, name } = translation;
  return [
    resource(translation, 'aws_cloudwatch_dashboard', [
      argument('dashboard_name', physicalName(name)),
      ...taken(properties, expressions, [['DashboardBody', 'dashboard_body']]),
    ]),
  ];
}
