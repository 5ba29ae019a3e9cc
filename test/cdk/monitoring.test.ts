import { readFileSync } from 'node:fs';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { ALARM_CATALOGUE, anchorOf } from '../../lib/cdk/monitoring/alarm-catalogue.ts';
import type { AlarmThresholds, PipelineMonitoringProps } from '../../lib/cdk/monitoring/monitoring-props.ts';
import { PipelineMonitoring } from '../../lib/cdk/monitoring.ts';
import { METRIC_CATALOGUE, type MetricDefinition } from '../../lib/pipeline/metrics.ts';

const ACCOUNT = { account: '123456789012', region: 'eu-central-1' };
const CATALOGUE: readonly MetricDefinition[] = METRIC_CATALOGUE;
const OWN = new Map(CATALOGUE.map((definition) => [definition.name, definition]));

/** Resources of other stacks: only what the interfaces promise is there. */
function resources(stack: Stack): Omit<PipelineMonitoringProps, 'pipelineName'> {
  const arn = (service: string, name: string) => `arn:aws:${service}:eu-central-1:123456789012:${name}`;
  return {
    ingest: LambdaFunction.fromFunctionArn(stack, 'Ingest', arn('lambda', 'function:ingest')),
    decide: LambdaFunction.fromFunctionArn(stack, 'Decide', arn('lambda', 'function:decide')),
    queue: Queue.fromQueueArn(stack, 'Queue', arn('sqs', 'wake-ups')),
    deadLetterQueue: Queue.fromQueueArn(stack, 'DeadLetterQueue', arn('sqs', 'dead-letters')),
    table: Table.fromTableArn(stack, 'Table', arn('dynamodb', 'table/buffer')),
  };
}

const app = new App();
const plain = new Stack(app, 'Plain', { env: ACCOUNT });
new PipelineMonitoring(plain, 'Monitoring', { ...resources(plain), pipelineName: 'shop' });
const full = new Stack(app, 'Full', { env: ACCOUNT });
const topic = Topic.fromTopicArn(full, 'Topic', 'arn:aws:sns:eu-central-1:123456789012:on-call');
new PipelineMonitoring(full, 'Monitoring', {
  ...resources(full),
  compact: LambdaFunction.fromFunctionArn(full, 'Compact', 'arn:aws:lambda:eu-central-1:123456789012:function:compact'),
  pipelineName: 'bank',
  httpApi: HttpApi.fromHttpApiAttributes(full, 'Api', { httpApiId: 'api123' }),
  ingestConcurrency: 50,
  alarmTopic: topic,
  alarmActions: [{ bind: () => ({ alarmActionArn: 'arn:aws:ssm:eu-central-1:123456789012:opsitem:1' }) }],
  runbookUrl: 'https://wiki.example/tailgate',
  dashboard: false,
  thresholds: { queueAge: Duration.hours(1), decisionLag: Duration.minutes(2), tableThrottles: 7, functionErrors: 3 },
});
const [plainTemplate, fullTemplate] = [Template.fromStack(plain), Template.fromStack(full)];

interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly MetricName?: string;
  readonly Namespace?: string;
  readonly Threshold: number;
  readonly TreatMissingData: string;
}

const alarmsOf = (template: Template) =>
  Object.entries(template.findResources('AWS::CloudWatch::Alarm')).map(
    ([id, { Properties }]) => [id.replace(/^Monitoring|.{8}$/g, ''), Properties as AlarmProperties] as const,
  );

describe('the alarms', () => {
  it('are those of the catalogue; those on concurrency and compaction only where there is any', () => {
    const ids: string[] = ALARM_CATALOGUE.map(({ id }) => id);
    expect(
      alarmsOf(fullTemplate)
        .map(([id]) => id)
        .sort(),
    ).toEqual([...ids].sort());
    expect(
      alarmsOf(plainTemplate)
        .map(([id]) => id)
        .sort(),
    ).toEqual(ids.filter((id) => !['IngestConcurrency', 'CompactErrors'].includes(id)).sort());
  });

  it.each([
    [
      'queue age',
      { Namespace: 'AWS/SQS', MetricName: 'ApproximateAgeOfOldestMessage', Statistic: 'Maximum', Threshold: 1800 },
      'QueueName',
      'wake-ups',
    ],
    [
      'dead letters',
      { Namespace: 'AWS/SQS', MetricName: 'ApproximateNumberOfMessagesVisible', Threshold: 1, DatapointsToAlarm: 1 },
      'QueueName',
      'dead-letters',
    ],
    [
      'the age of dead letters: a quarter of the time that spans wait in the buffer',
      {
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateAgeOfOldestMessage',
        Statistic: 'Maximum',
        Threshold: 21_600,
        DatapointsToAlarm: 1,
      },
      'QueueName',
      'dead-letters',
    ],
    [
      'expired spans',
      { Namespace: 'Tailgate', MetricName: 'expired_fragments', Statistic: 'Sum', Threshold: 1, DatapointsToAlarm: 1 },
      'pipeline',
      'shop',
    ],
    [
      'decision lag',
      { Namespace: 'Tailgate', MetricName: 'decision_lag', Statistic: 'Maximum', Threshold: 300_000 },
      'pipeline',
      'shop',
    ],
    [
      'refused policies',
      {
        Namespace: 'Tailgate',
        MetricName: 'config_refused',
        Statistic: 'Sum',
        Threshold: 1,
        EvaluationPeriods: 3,
        DatapointsToAlarm: 1,
      },
      'pipeline',
      'shop',
    ],
    [
      'answers with 5xx',
      { Namespace: 'AWS/Lambda', MetricName: 'Url5xxCount', Statistic: 'Sum', Threshold: 5 },
      'FunctionName',
      'ingest',
    ],
    [
      'errors of ingest',
      { Namespace: 'AWS/Lambda', MetricName: 'Errors', Statistic: 'Sum', Threshold: 1 },
      'FunctionName',
      'ingest',
    ],
    [
      'errors of decide',
      { Namespace: 'AWS/Lambda', MetricName: 'Errors', Statistic: 'Sum', Threshold: 1 },
      'FunctionName',
      'decide',
    ],
    [
      'throttles of ingest',
      { Namespace: 'AWS/Lambda', MetricName: 'Throttles', Statistic: 'Sum', Threshold: 1 },
      'FunctionName',
      'ingest',
    ],
    [
      'throttles of decide',
      { Namespace: 'AWS/Lambda', MetricName: 'Throttles', Statistic: 'Sum', Threshold: 1 },
      'FunctionName',
      'decide',
    ],
  ])('watch %s', (_, properties, Name, Value) => {
    plainTemplate.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...properties,
      Period: 300,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Dimensions: [{ Name, Value }],
      TreatMissingData: 'notBreaching',
    });
  });

  it('watch the throttled reads and writes of the table', () => {
    const read = (MetricName: string) =>
      Match.objectLike({
        MetricStat: {
          Metric: { Namespace: 'AWS/DynamoDB', MetricName, Dimensions: [{ Name: 'TableName', Value: 'buffer' }] },
          Period: 300,
          Stat: 'Sum',
        },
        ReturnData: false,
      });
    plainTemplate.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: 100,
      Metrics: [
        Match.objectLike({ Expression: 'FILL(writes, 0) + FILL(reads, 0)' }),
        read('WriteThrottleEvents'),
        read('ReadThrottleEvents'),
      ],
    });
  });

  it('watch the HTTP API instead of the URL of the function', () => {
    fullTemplate.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Dimensions: [{ Name: 'ApiId', Value: 'api123' }],
    });
    expect(alarmsOf(fullTemplate).filter(([, { MetricName }]) => MetricName === 'Url5xxCount')).toEqual([]);
  });

  it('take other thresholds, in the units of their metrics', () => {
    const thresholds = Object.fromEntries(alarmsOf(fullTemplate).map(([id, { Threshold }]) => [id, Threshold]));
    expect(thresholds).toEqual({
      CompactErrors: 1,
      QueueAge: 3600,
      DeadLetterAge: 21_600,
      SpansExpired: 1,
      DeadLetters: 1,
      DecisionLag: 120_000,
      ConfigRefused: 1,
      IngestServerErrors: 5,
      IngestErrors: 3,
      DecideErrors: 3,
      IngestThrottles: 1,
      DecideThrottles: 1,
      TableThrottles: 7,
      // 80 % of 50.
      IngestConcurrency: 40,
    });
  });

  it('act, and tell the topic when they fire and when they are over', () => {
    const onCall = 'arn:aws:sns:eu-central-1:123456789012:on-call';
    fullTemplate.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: ['arn:aws:ssm:eu-central-1:123456789012:opsitem:1', onCall],
      OKActions: [onCall],
    });
    plainTemplate.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.absent() });
  });

  it.each([
    { deadLetters: 0 },
    { tableThrottles: -1 },
    { functionErrors: Number.NaN },
    { queueAge: Duration.seconds(0) },
  ])('fail at synth with the threshold %o', (thresholds: AlarmThresholds) => {
    const stack = new Stack(new App(), 'Bad', { env: ACCOUNT });
    const create = () =>
      new PipelineMonitoring(stack, 'Monitoring', { ...resources(stack), pipelineName: 'shop', thresholds });
    expect(create).toThrow(/^Bad\/Monitoring: the threshold of alarm \w+ is \S+: expected a number above 0$/);
  });

  it('fail at synth with a threshold that leaves no time to act before spans leave the buffer', () => {
    const stack = new Stack(new App(), 'Late', { env: ACCOUNT });
    const create = (id: string, thresholds: AlarmThresholds) =>
      new PipelineMonitoring(stack, id, { ...resources(stack), pipelineName: 'shop', thresholds, dashboard: false });
    const late = {
      queueAge: Duration.hours(13),
      decisionLag: Duration.minutes(12 * 60 + 30),
      deadLetterAge: Duration.days(1),
    };
    expect(() => create('Monitoring', late)).toThrow(
      [
        'Late/Monitoring: alarms would come too late:',
        'thresholds.queueAge: 13 hours: expected 12 or less: spans leave the buffer 24 hours after they arrived',
        'thresholds.decisionLag: 12.5 hours: expected 12 or less: spans leave the buffer 24 hours after they arrived',
        'thresholds.deadLetterAge: 24 hours: expected 8 or less: spans leave the buffer 24 hours after they arrived',
      ].join('\n  '),
    );
  });
});

describe('the link of an alarm', () => {
  const page = readFileSync('docs/operations.md', 'utf8');
  const [, section = ''] = page.split(/^## Alarms$/m);
  const headings = [...(section.split(/^## /m)[0] ?? '').matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading);

  it('leads to its heading in docs/operations.md, and each heading there has its alarm', () => {
    const links = alarmsOf(fullTemplate).map(([, { AlarmDescription }]) => AlarmDescription.split(' What to do: ')[1]);
    expect(links.sort()).toEqual(
      headings.map((heading) => `https://wiki.example/tailgate#${anchorOf(heading)}`).sort(),
    );
    expect(headings).toEqual(ALARM_CATALOGUE.map(({ heading }) => heading));
  });

  it('is a path unless told otherwise', () => {
    for (const [, { AlarmDescription }] of alarmsOf(plainTemplate)) {
      expect(AlarmDescription).toMatch(/^[A-Z].{30,}\. What to do: docs\/operations\.md#[a-z0-9-]+$/);
    }
  });

  it.each(headings)('has a cause, what to look at and what to do: %s', (heading) => {
    const text = section.split(/^### /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
    for (const part of ['**Cause.**', '**Look at.**', '**Do.**']) expect(text).toContain(part);
  });
});

/** Metrics as a dashboard writes them: `[namespace, name, dimension, value, …, options]`, or `[{ expression }]`. */
type DashboardMetric = readonly (string | { readonly expression?: string })[];

describe('the dashboard', () => {
  const [dashboard] = Object.values(plainTemplate.findResources('AWS::CloudWatch::Dashboard'));
  const body = textOf(dashboard?.['Properties'].DashboardBody);
  const widgets: { type: string; properties: { metrics?: DashboardMetric[]; alarms?: unknown[] } }[] =
    JSON.parse(body).widgets;
  const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []);

  it('shows every metric of the catalogue, with its dimensions', () => {
    const shown = new Set<string>();
    for (const [namespace, name = '', ...rest] of metrics) {
      if (typeof namespace === 'object') {
        const [, dimension, found = ''] =
          namespace.expression?.match(/\{Tailgate,pipeline,(\w+)\} MetricName="(\w+)" pipeline="shop"/) ?? [];
        if (found === '') continue;
        expect(OWN.get(found)?.dimension).toBe(dimension);
        shown.add(found);
      } else if (namespace === 'Tailgate') {
        expect(OWN.get(String(name)), String(name)).toBeDefined();
        expect(OWN.get(String(name))?.dimension).toBeUndefined();
        expect(rest.slice(0, 2)).toEqual(['pipeline', 'shop']);
        shown.add(String(name));
      }
    }
    expect([...shown].sort()).toEqual([...OWN.keys()].sort());
  });

  it('shows beside them only metrics of AWS services', () => {
    const names = metrics.flatMap(([namespace, name]) =>
      typeof namespace === 'string' && namespace !== 'Tailgate' ? [`${namespace} ${name}`] : [],
    );
    for (const name of names) expect(AWS_METRICS).toContain(name);
    expect(names.length).toBeGreaterThan(10);
  });

  it('shows the state of all alarms', () => {
    const shown = widgets.filter(({ type }) => type === 'alarm').flatMap(({ properties }) => properties.alarms);
    expect(shown).toHaveLength(alarmsOf(plainTemplate).length);
  });

  it('can be left out', () => {
    fullTemplate.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  });
});

/** As the user guides of the services list them. */
const AWS_METRICS = [
  'AWS/Lambda UrlRequestCount',
  'AWS/Lambda Url5xxCount',
  'AWS/Lambda Errors',
  'AWS/Lambda Throttles',
  'AWS/Lambda Duration',
  'AWS/Lambda ConcurrentExecutions',
  'AWS/SQS ApproximateAgeOfOldestMessage',
  'AWS/SQS ApproximateNumberOfMessagesVisible',
  'AWS/SQS ApproximateNumberOfMessagesNotVisible',
  'AWS/SQS ApproximateNumberOfMessagesDelayed',
  'AWS/DynamoDB WriteThrottleEvents',
  'AWS/DynamoDB ReadThrottleEvents',
  'AWS/DynamoDB ConsumedWriteCapacityUnits',
];

/** The text of an `Fn::Join` with the references in it named. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join } = value as { 'Fn::Join'?: [string, unknown[]] };
  return join === undefined ? 'reference' : join[1].map(textOf).join(join[0]);
}

it('gives out its alarms', () => {
  const stack = new Stack(new App(), 'Out', { env: ACCOUNT });
  const { alarms } = new PipelineMonitoring(stack, 'Monitoring', { ...resources(stack), pipelineName: 'shop' });
  expect(alarms.get('DeadLetters')).toBeInstanceOf(Alarm);
  expect(alarms.has('IngestConcurrency')).toBe(false);
});
