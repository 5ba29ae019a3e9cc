import { spansPerSecond, type TrafficShape } from '../traffic/traffic-shape.ts';
import { type Alternative, alternativesFor, twoTierCollectorsUsd } from './alternatives.ts';
import { type Bill, type BillOptions, billFor } from './bill.ts';
import type { EventSource } from './event-source.ts';
import type { Measured, SampleCounts } from './measure-sample.ts';
import { type MonthlyUsage, monthlyUsage } from './monthly-usage.ts';
import type { PriceList } from './prices.ts';

/** The search runs from one trace a day to more than any system has. */
const FROM = 1;
const TO = 1e12;
const STEPS_PER_DECADE = 8;

/**
 * Finds the volume at which `cost` first exceeds `other`: steps through the magnitudes, then bisects. `never`: it does
 * not exceed it up to {@link TO}; `always`: it exceeds it from the start.
 */
export function breakEven(
  cost: (tracesPerDay: number) => number,
  other: (tracesPerDay: number) => number,
): number | 'never' | 'always' {
  const isDearer = (tracesPerDay: number) => cost(tracesPerDay) > other(tracesPerDay);
  if (isDearer(FROM)) return 'always';
  const step = 10 ** (1 / STEPS_PER_DECADE);
  let cheaper = FROM;
  while (!isDearer(cheaper * step)) {
    cheaper *= step;
    if (cheaper > TO) return 'never';
  }
  let dearer = cheaper * step;
  while (dearer / cheaper > 1.001) {
    const middle = Math.sqrt(cheaper * dearer);
    if (isDearer(middle)) dearer = middle;
    else cheaper = middle;
  }
  return cheaper;
}

export interface CostOptions extends BillOptions {
  readonly eventSource: EventSource;
  readonly retentionDays: number;
}

export interface CostReport {
  readonly shape: TrafficShape;
  readonly options: CostOptions;
  readonly priceList: PriceList;
  readonly counts: SampleCounts;
  readonly usage: MonthlyUsage;
  readonly bill: Bill;
  /** Tailgate with another setup. */
  readonly variants: readonly Alternative[];
  readonly alternatives: readonly Alternative[];
  readonly collectorsUsd: number;
  /** Traces a day up to which Tailgate costs less than Collectors in two tiers. */
  readonly breakEven: ReturnType<typeof breakEven>;
}

/**
 * Builds the whole report.
 * @param collector the same traffic with a Collector in front; undefined if `measured` already has one
 */
export function reportCost(
  measured: Measured,
  collector: Measured | undefined,
  options: CostOptions,
  priceList: PriceList,
): CostReport {
  const { shape, counts } = measured;
  const collectors = (tracesPerDay: number) =>
    twoTierCollectorsUsd(priceList, spansPerSecond({ ...shape, tracesPerDay }), shape.spanBytes);
  return {
    shape,
    options,
    priceList,
    counts,
    usage: monthlyUsage(counts, shape, options),
    bill: billOf(measured, options, priceList),
    variants: variantsOf(measured, collector, options, priceList),
    alternatives: alternativesFor(shape, priceList),
    collectorsUsd: collectors(shape.tracesPerDay),
    breakEven: breakEven((tracesPerDay) => billOf(measured, options, priceList, tracesPerDay).usd, collectors),
  };
}

/** Bills the measured traffic. @param tracesPerDay default: that of the shape */
export function billOf(
  { shape, counts }: Measured,
  options: CostOptions,
  priceList: PriceList,
  tracesPerDay: number = shape.tracesPerDay,
): Bill {
  return billFor(monthlyUsage(counts, { ...shape, tracesPerDay }, options), priceList, options);
}

function variantsOf(
  measured: Measured,
  collector: Measured | undefined,
  options: CostOptions,
  priceList: PriceList,
): Alternative[] {
  const otherCapacity = { ...options, provisioned: !options.provisioned };
  const capacity = options.provisioned ? 'on-demand capacity' : 'provisioned capacity';
  const steady = options.provisioned ? 'for variable traffic' : 'for steady traffic, 70 % utilised';
  const first = { name: `Tailgate, ${capacity}`, usd: billOf(measured, otherCapacity, priceList).usd, assumes: steady };
  if (collector === undefined) return [first];
  const { requestsPerTrace, spansPerRequest } = collector.shape;
  const usd = billOf(collector, options, priceList).usd;
  const assumes = `${requestsPerTrace} requests a trace, ${spansPerRequest} spans each; Collector extra`;
  return [first, { name: 'Tailgate, behind a Collector', usd, assumes }];
}

/** The same traffic with a Collector in front, which batches: fewer and larger requests. */
export function behindCollector(shape: TrafficShape): TrafficShape {
  const requestsPerTrace = Math.min(1.5, shape.requestsPerTrace);
  return { ...shape, behindCollector: true, requestsPerTrace, spansPerRequest: Math.max(300, shape.spansPerTrace) };
}
