import { describe, expect, it } from 'vitest';
import { EmfMetrics } from '../../../functions/shared/metrics.ts';
import { capturedStdout } from '../../support/captured-stdout.ts';
import { readEmf } from '../../support/emf.ts';

async function lines(count: (metrics: EmfMetrics) => void): Promise<string[]> {
  const metrics = new EmfMetrics('shop');
  return capturedStdout(async () => {
    count(metrics);
    metrics.flush();
  });
}

describe('EmfMetrics', () => {
  it('writes the sums of counters and all values of histograms as one line', async () => {
    const [line = '', ...more] = await lines((metrics) => {
      metrics.add('late_spans', 2);
      metrics.add('late_spans', 3);
      metrics.add('decision_lag', 40);
      metrics.add('decision_lag', 0);
    });
    expect(more).toEqual([]);
    expect(readEmf(line)).toEqual([
      { namespace: 'Tailgate', name: 'late_spans', unit: 'Count', dimensions: { pipeline: 'shop' }, values: [5] },
      {
        namespace: 'Tailgate',
        name: 'decision_lag',
        unit: 'Milliseconds',
        dimensions: { pipeline: 'shop' },
        values: [40, 0],
      },
    ]);
  });

  it('writes a line for each value of a dimension', async () => {
    const written = await lines((metrics) => {
      metrics.addTo('refused_requests', '400', 1);
      metrics.addTo('refused_requests', '503', 1);
      metrics.addTo('refused_requests', '503', 1);
      metrics.add('late_spans', 1);
    });
    expect(written.flatMap(readEmf).map(({ name, dimensions, values }) => [name, dimensions, values])).toEqual([
      ['refused_requests', { pipeline: 'shop', status: '400' }, [1]],
      ['refused_requests', { pipeline: 'shop', status: '503' }, [2]],
      ['late_spans', { pipeline: 'shop' }, [1]],
    ]);
  });

  it('writes nothing for counters that are 0', async () => {
    expect(await lines((metrics) => metrics.add('fenced_claims', 0))).toEqual([]);
    expect(await lines((metrics) => metrics.addTo('refused_requests', '400', 0))).toEqual([]);
    const [line = ''] = await lines((metrics) => {
      metrics.add('fenced_claims', 0);
      metrics.add('late_spans', 1);
    });
    expect(readEmf(line).map(({ name }) => name)).toEqual(['late_spans']);
  });

  it('keeps 99 values of a histogram', async () => {
    const written = await lines((metrics) => {
      for (let value = 0; value < 250; value++) metrics.add('decision_lag', value);
    });
    expect(written.flatMap(readEmf).flatMap(({ values }) => values)).toEqual(Array.from({ length: 99 }, (_, v) => v));
  });

  it('starts again after each flush', async () => {
    const metrics = new EmfMetrics('shop');
    const first = await capturedStdout(async () => {
      metrics.add('late_spans', 1);
      metrics.flush();
    });
    const second = await capturedStdout(async () => {
      metrics.flush();
      metrics.add('late_spans', 7);
      metrics.flush();
    });
    expect([first, second].map((written) => written.flatMap(readEmf).map(({ values }) => values))).toEqual([
      [[1]],
      [[7]],
    ]);
  });
});
