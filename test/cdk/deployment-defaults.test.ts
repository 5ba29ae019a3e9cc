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
  template.resourceCountIs('AWS::CloudWatch::Alarm', ASSUMPTIONS.alarms);
  template.resourceCountIs('AWS::CloudWatch::Dashboard', ASSUMPTIONS.dashboards);
});
