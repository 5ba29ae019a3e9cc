import { spansPerSecond, type TrafficShape } from '../traffic/traffic-shape.ts';
import { BYTES_PER_GB, DAYS_PER_MONTH, HOURS_PER_MONTH } from './assumptions.ts';
import { type PriceList, type PriceName, usdOf } from './prices.ts';

/**
 * Sizing of one tier of Collectors: two tasks at least, for availability, and then as many vCPUs as the traffic needs.
 */
interface Tier {
  readonly minVcpu: number;
  readonly spansPerSecondPerVcpu: number;
}

/** Estimates: nobody has measured this traffic on these machines. */
export const COLLECTOR_SIZING = {
  /** `loadbalancing` exporter: sends all spans of a trace to the same Collector of the second tier. */
  routing: { minVcpu: 2 * 0.25, spansPerSecondPerVcpu: 5000 },
  /** `tail_sampling` processor. */
  sampling: { minVcpu: 2 * 0.5, spansPerSecondPerVcpu: 10_000 / 6 },
  /** A single Collector needs no routing tier and has no failover. 0.5 vCPU is one Fargate task. */
  single: { vcpu: 0.5, maxSpansPerSecond: 0.5 * (10_000 / 6) },
  gbPerVcpu: 2,
  /** Factor by which gzip shrinks spans on the wire. */
  compression: 4,
} as const;

const BYTES_PER_LCU_HOUR = 1e9;

/** US dollars a month for the usual setup: two tiers of Collectors on Fargate behind a load balancer. */
export function twoTierCollectorsUsd(priceList: PriceList, spansPerSecond: number, spanBytes: number): number {
  const vcpu = vcpuOf(COLLECTOR_SIZING.routing, spansPerSecond) + vcpuOf(COLLECTOR_SIZING.sampling, spansPerSecond);
  const bytesPerHour = (spansPerSecond * 3600 * spanBytes) / COLLECTOR_SIZING.compression;
  return (
    fargateUsd(priceList, vcpu) +
    usdOf(priceList, 'loadBalancer', HOURS_PER_MONTH) +
    usdOf(priceList, 'loadBalancerCapacity', Math.max(1, bytesPerHour / BYTES_PER_LCU_HOUR) * HOURS_PER_MONTH)
  );
}

/** US dollars a month for one Collector; undefined if the traffic is too much for it. */
export function singleCollectorUsd(priceList: PriceList, spansPerSecond: number): number | undefined {
  const { vcpu, maxSpansPerSecond } = COLLECTOR_SIZING.single;
  return spansPerSecond > maxSpansPerSecond ? undefined : fargateUsd(priceList, vcpu);
}

function vcpuOf({ minVcpu, spansPerSecondPerVcpu }: Tier, spansPerSecond: number): number {
  return Math.max(minVcpu, spansPerSecond / spansPerSecondPerVcpu);
}

function fargateUsd(priceList: PriceList, vcpu: number): number {
  return (
    usdOf(priceList, 'fargateVcpu', vcpu * HOURS_PER_MONTH) +
    usdOf(priceList, 'fargateMemory', vcpu * COLLECTOR_SIZING.gbPerVcpu * HOURS_PER_MONTH)
  );
}

export interface Alternative {
  readonly name: string;
  /** US dollars a month, for the same traffic. */
  readonly usd: number;
  /** One line about what the figure assumes. */
  readonly assumes: string;
}

/** What the same traffic costs elsewhere: with Collectors that sample, and with services that receive all spans. */
export function alternativesFor(shape: TrafficShape, priceList: PriceList): readonly Alternative[] {
  const traces = shape.tracesPerDay * DAYS_PER_MONTH;
  const spans = traces * shape.spansPerTrace;
  const gb = (spans * shape.spanBytes) / BYTES_PER_GB;
  const kept = shape.keptPercent / 100;
  const usd = (name: PriceName, quantity: number) => usdOf(priceList, name, quantity);
  const single = singleCollectorUsd(priceList, spansPerSecond(shape));
  return [
    {
      name: TWO_TIERS,
      usd: twoTierCollectorsUsd(priceList, spansPerSecond(shape), shape.spanBytes),
      assumes: 'load balancer included; their sizes are an estimate',
    },
    ...(single === undefined
      ? []
      : [{ name: 'one Collector alone on Fargate', usd: single, assumes: 'no failover; a restart loses its memory' }]),
    { name: 'AWS X-Ray, every trace', usd: usd('xRayTrace', traces), assumes: 'recording only' },
    {
      name: 'AWS Transaction Search, every span',
      usd: usd('transactionSearch', gb),
      assumes: 'first price tier, nothing indexed',
    },
    {
      name: 'Grafana Adaptive Traces',
      usd: usd('grafanaProcessed', gb) + usd('grafanaWritten', gb * kept),
      assumes: `${shape.keptPercent} % written`,
    },
    {
      name: 'Datadog, without its hosts',
      usd: usd('datadogIngest', gb) + usd('datadogIndexed', spans * kept),
      assumes: `${shape.keptPercent} % indexed; each APM host is $31 to $40 more`,
    },
    { name: 'Honeycomb, every span', usd: usd('honeycombEvent', spans), assumes: 'approximate; no sampling in front' },
  ];
}

export const TWO_TIERS = 'Collectors in two tiers on Fargate';
