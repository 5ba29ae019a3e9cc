import { singleCollectorUsd, twoTierCollectorsUsd } from '../cli/cost/collectors.ts';
import { spansPerSecond, type TrafficShape } from '../traffic/traffic-shape.ts';
import { BYTES_PER_GB, DAYS_PER_MONTH } from './assumptions.ts';
import { type PriceList, type PriceName, usdOf } from './prices.ts';

export interface Alternative {
  readonly name: string;
  /** A month, of the same traffic. */
  readonly usd: number;
  /** What the figure is for, in a line. */
  readonly assumes: string;
}

/** What others would take for the same traffic: where a Collector samples, and where all is sent to a service. */
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
      : [
          { name: 'one Collector alone on Fargate', usd: single, assumes: 'no second one; its memory is lost with it' },
        ]),
    { name: 'AWS X-Ray, every trace', usd: usd('xRayTrace', traces), assumes: 'recording alone' },
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
