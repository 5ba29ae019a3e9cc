import { expect, it } from 'vitest';
import { countDecisions } from '../../../functions/decide/count-decisions.ts';
import { emptySummary } from '../../support/batch-outcome.ts';
import { RecordingMetrics } from '../../support/recording-metrics.ts';

it('gives the first 20 policies of the file a metric of their own, and the others one together', () => {
  const policies = Array.from({ length: 25 }, (_, index) => ({ name: `p${index}` }));
  const votes = Object.fromEntries(policies.toReversed().map(({ name }) => [name, 2]));
  const metrics = new RecordingMetrics();
  countDecisions(metrics, { ...emptySummary(), votes }, policies);
  const counted = Object.entries(metrics.totals).filter(([name]) => name.includes('_count_traces_sampled ('));
  expect(counted).toEqual([['processor_tail_sampling_count_traces_sampled (other)', 10]]);
  const own = Object.keys(metrics.totals).filter((name) => / p\d+$/.test(name));
  expect(own.map((name) => name.split(' ')[1])).toEqual(expect.arrayContaining(['p0', 'p19']));
  expect(own).toHaveLength(20);
});

it('tells no lag and no latency of a batch that was only sent on', () => {
  const metrics = new RecordingMetrics();
  countDecisions(metrics, { ...emptySummary(), wakeUps: 3, hops: 3, durationMs: 12 }, []);
  expect(Object.keys(metrics.totals).filter((name) => /lag|latency/.test(name))).toEqual([]);
});
