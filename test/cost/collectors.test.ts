import { describe, expect, it } from 'vitest';
import { alternativesFor, singleCollectorUsd, twoTierCollectorsUsd } from '../../lib/cost/alternatives.ts';
import { breakEven } from '../../lib/cost/cost-report.ts';
import { LIST_PRICES } from '../../lib/cost/prices.ts';

describe('Collectors in two tiers', () => {
  it.each([
    // 2 × 0.25 + 2 × 0.5 vCPU: 1.5 × 0.03238 × 730 = 35.46; 3 GB: 3 × 0.00356 × 730 = 7.80; 730 × (0.0225 + 0.008) = 22.27.
    { spansPerSecond: 116, usd: 65.52 },
    // 2 + 6 vCPU: 189.10; 16 GB: 41.58; 10,000 × 3600 × 400 / 4 bytes an hour are 3.6 LCU: 730 × (0.0225 + 0.0288) = 37.45.
    { spansPerSecond: 10_000, usd: 268.13 },
  ])('cost $usd dollars at $spansPerSecond spans a second', ({ spansPerSecond, usd }) => {
    expect(twoTierCollectorsUsd(LIST_PRICES, spansPerSecond, 400)).toBeCloseTo(usd, 1);
  });
});

describe('one Collector', () => {
  it('costs half a vCPU and 1 GB, and takes only so much', () => {
    // 0.5 × 0.03238 × 730 + 1 × 0.00356 × 730
    expect(singleCollectorUsd(LIST_PRICES, 116)).toBeCloseTo(14.42, 2);
    expect(singleCollectorUsd(LIST_PRICES, 834)).toBeUndefined();
  });
});

describe('the alternatives at a million traces a day', () => {
  const shape = {
    ...{ tracesPerDay: 1e6, spansPerTrace: 10, servicesPerTrace: 4, requestsPerTrace: 4, spansPerRequest: 30 },
    ...{ spanBytes: 500, keptPercent: 5, behindCollector: false },
  };
  it.each([
    // 30.417 M traces a month × $5.
    ['AWS X-Ray, every trace', 152.08],
    // 304.17 M spans × 500 B = 152.08 GB × $0.10 = 15.21; 5 % of the spans × $1.70 a million = 25.85.
    ['Datadog, without its hosts', 41.06],
    // 152.08 GB × 0.05 + 7.604 GB × 0.40
    ['Grafana Adaptive Traces', 10.65],
    ['AWS Transaction Search, every span', 53.23],
    ['Honeycomb, every span', 395.42],
  ])('%s: %d dollars', (name, usd) => {
    expect(alternativesFor(shape, LIST_PRICES).find((other) => other.name === name)?.usd).toBeCloseTo(usd, 1);
  });
});

describe('the break-even', () => {
  it('is where the lines cross', () => {
    // 12 + 4 v / 1e6 × 30 = 72 at v = 500,000.
    const found = breakEven(
      (v) => 12 + v * 1.2e-4,
      () => 72,
    );
    expect(Number(found) / 500_000).toBeCloseTo(1, 2);
    expect(found).toBeLessThanOrEqual(500_000);
  });

  it('says when there is none', () => {
    const flat = (usd: number) => () => usd;
    expect(breakEven(flat(1), flat(2))).toBe('never');
    expect(breakEven(flat(2), flat(1))).toBe('always');
  });
});
