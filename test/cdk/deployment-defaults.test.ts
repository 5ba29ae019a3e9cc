import { expect, it } from 'vitest';
import { ASSUMPTIONS } from '../../lib/cost/assumptions.ts';
import { DEFAULT_EVENT_SOURCE } from '../../lib/cost/event-source.ts';
import { synthesise } from './support/synthesise.ts';

it('a pipeline is deployed as the estimate of its costs assumes', () => {
  const template = synthesise();
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: DEFAULT_EVENT_SOURCE.batchSize,
    MaximumBatchingWindowInSeconds: DEFAULT_EVENT_SOURCE.windowSeconds,
  });
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const memory = functions.map(({ Properties }) => Properties.MemorySize);
  expect(memory).toEqual([ASSUMPTIONS.memoryGb * 1024, ASSUMPTIONS.memoryGb * 1024]);
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  expect(alarms).toHaveLength(ASSUMPTIONS.alarms);
  // An alarm on an expression lists its metrics, and each of them has a MetricStat.
  const metricsOf = (alarm: (typeof alarms)[number]) => JSON.stringify(alarm).match(/"MetricStat"/g)?.length ?? 1;
  expect(alarms.reduce((sum, alarm) => sum + metricsOf(alarm), 0)).toBe(ASSUMPTIONS.alarmMetrics);
  template.resourceCountIs('AWS::CloudWatch::Dashboard', ASSUMPTIONS.dashboards);
});
