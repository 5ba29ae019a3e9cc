import type { TrafficShape } from './traffic-shape.ts';

/** A run of a trace's spans that travels in one export request. */
export interface TracePart {
  /** Who sends it. */
  readonly stream: string;
  readonly from: number;
  readonly to: number;
}

/**
 * How a trace is cut into requests. Without a Collector each service sends its own spans, in several requests when there
 * are more requests than services; a Collector cuts anywhere. A fractional number is reached on average.
 */
export function partsOf(shape: TrafficShape, trace: number): readonly TracePart[] {
  const { requestsPerTrace, spansPerTrace, servicesPerTrace } = shape;
  const count = Math.floor((trace + 1) * requestsPerTrace) - Math.floor(trace * requestsPerTrace);
  if (shape.behindCollector) {
    return cut(0, spansPerTrace, count).map((part, index) => ({ stream: `${index}`, ...part }));
  }
  return Array.from({ length: servicesPerTrace }, (_, service) => service).flatMap((service) => {
    const from = Math.ceil((service * spansPerTrace) / servicesPerTrace);
    const to = Math.ceil(((service + 1) * spansPerTrace) / servicesPerTrace);
    const share =
      Math.floor(((service + 1) * count) / servicesPerTrace) - Math.floor((service * count) / servicesPerTrace);
    return cut(from, to, share).map((part, index) => ({ stream: `${service}/${index}`, ...part }));
  });
}

function cut(from: number, to: number, count: number): { readonly from: number; readonly to: number }[] {
  const bound = (index: number) => from + Math.round((index * (to - from)) / count);
  return Array.from({ length: count }, (_, index) => ({ from: bound(index), to: bound(index + 1) })).filter(
    (part) => part.from < part.to,
  );
}
