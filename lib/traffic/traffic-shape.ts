/** What the traces look like that somebody wants to know the price of. */
export interface TrafficShape {
  readonly tracesPerDay: number;
  readonly spansPerTrace: number;
  /** Services that a trace runs through; each sends its spans itself, unless there is a Collector in between. */
  readonly servicesPerTrace: number;
  /** Export requests that the spans of a trace arrive in: so many fragments it has. Need not be whole. */
  readonly requestsPerTrace: number;
  /** Spans of all traces in one export request. */
  readonly spansPerRequest: number;
  /** Of one span in protobuf, uncompressed, without its resource. */
  readonly spanBytes: number;
  readonly keptPercent: number;
  /** Requests come from a Collector in front, which mixes services. */
  readonly behindCollector: boolean;
}

export function spansPerSecond({ tracesPerDay, spansPerTrace }: TrafficShape): number {
  return (tracesPerDay * spansPerTrace) / 86_400;
}
