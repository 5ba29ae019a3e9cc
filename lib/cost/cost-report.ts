import { breakEven } from '../cli/cost/break-even.ts';
import { twoTierCollectorsUsd } from '../cli/cost/collectors.ts';
import { spansPerSecond, type TrafficShape } from '../traffic/traffic-shape.ts';
import { type Alternative, alternativesFor } from './alternatives.ts';
import { type Bill, type BillOptions, billFor } from './bill.ts';
import type { EventSource } from './event-source.ts';
import type { SampleCounts } from './measure-sample.ts';
import { type MonthlyUsage, monthlyUsage } from './monthly-usage.ts';
import type { PriceList } from './prices.ts';

export interface CostOptions extends BillOptions {
  readonly eventSource: EventSource;
  readonly retentionDays: number;
}

/** A shape, and what the pipeline was counted to do with a sample of it. */
export interface Measured {
  readonly shape: TrafficShape;
  readonly counts: SampleCounts;
}

export interface CostReport {
  readonly shape: TrafficShape;
  readonly options: CostOptions;
  readonly priceList: PriceList;
  readonly counts: SampleCounts;
  readonly usage: MonthlyUsage;
  readonly bill: Bill;
  /** Tailgate again, set up in another way. */
  readonly variants: readonly Alternative[];
  readonly alternatives: readonly Alternative[];
  readonly collectorsUsd: number;
  /** Traces a day up to which Tailgate costs less than Collectors in two tiers. */
  readonly breakEven: ReturnType<typeof breakEven>;
}

/**
 * The whole answer.
 * @param collector the same traffic from a Collector in front; undefined when that is what was asked for
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

/** @param tracesPerDay default: that of the shape */
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
  const steady = options.provisioned ? 'for traffic that comes and goes' : 'for steady traffic: 70 % of it is used';
  const first = { name: `Tailgate, ${capacity}`, usd: billOf(measured, otherCapacity, priceList).usd, assumes: steady };
  if (collector === undefined) return [first];
  const { requestsPerTrace, spansPerRequest } = collector.shape;
  const usd = billOf(collector, options, priceList).usd;
  const assumes = `${requestsPerTrace} requests a trace, ${spansPerRequest} spans each; without it`;
  return [first, { name: 'Tailgate, behind a Collector', usd, assumes }];
}

/** The same traffic, from a Collector in front. */
export function behindCollector(shape: TrafficShape): TrafficShape {
  const requestsPerTrace = Math.min(1.5, shape.requestsPerTrace);
  return { ...shape, behindCollector: true, requestsPerTrace, spansPerRequest: Math.max(300, shape.spansPerTrace) };
}
