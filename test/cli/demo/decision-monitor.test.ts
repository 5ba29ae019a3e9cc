import { expect, it } from 'vitest';
import { DecisionMonitor } from '../../../lib/cli/demo/decision-monitor.ts';

it('a decision monitor adds up the batches, and keeps what went wrong', () => {
  const monitor = new DecisionMonitor();
  const batch = { received: 3, sampled: 1, wakeUps: 5, hops: 1, failedMessages: 1 };
  monitor.info('decision batch', batch);
  monitor.info('something else', batch);
  monitor.warn('decision batch', { ...batch, failures: [{ traceId: 'ab', message: 'no' }] });
  monitor.error('decision loop', { error: new Error('gone') });
  expect(monitor).toMatchObject({ tracesDecided: 6, tracesKept: 2, wakeUpsDone: 6 });
  expect(monitor.troubles).toEqual([expect.stringContaining('"message":"no"'), 'decision loop {} Error: gone']);
});
