/** What the traces look like whose price is asked for. */
export interface TrafficShape {
  readonly tracesPerDay: number;
  readonly spansPerTrace: number;
  /** Services that a trace runs through. Each sends its own spans, unless a Collector stands in between. */
  readonly servicesPerTrace: number;
  /** Export requests that carry the spans of one trace, which is the number of its fragments. May be fractional. */
  readonly requestsPerTrace: number;
  /** Spans of all traces in one export request. */
  readonly spansPerRequest: number;
  /** Bytes of one span in protobuf, uncompressed, without its resource. */
  readonly spanBytes: number;
  readonly keptPercent: number;
  /** A Collector in front sends the requests, and mixes services in them. */
  readonly behindCollector: boolean;
}

export function spansPerSecond({ tracesPerDay, spansPerTrace }: TrafficShape): number {
  return (tracesPerDay * spansPerTrace) / 86_400;
}

export interface SampleLimits {
  /** The number of traces that the caller asks for; undefined: as many as the shape needs. */
  readonly asked: number | undefined;
  readonly max: number;
}

const USUAL = 120;
/** Requests of each sender, so that their average size is near the one asked for. */
const REQUESTS_PER_SENDER = 2;
/** A sample keeps at least this many traces, because the calls for a kept trace are counted too. */
const KEPT = 20;
/** Spans of a sample; more take minutes to measure. */
const MAX_SPANS = 100_000;

/** The number of traces that fills the export requests of every sender; or, as text, why there is none. */
export function sampleSize(shape: TrafficShape, { asked, max }: SampleLimits): number | string {
  const needed = Math.ceil((shape.spansPerRequest * Math.ceil(shape.requestsPerTrace)) / shape.spansPerTrace);
  const enough = Math.min(max, Math.floor(MAX_SPANS / shape.spansPerTrace));
  if (asked !== undefined && asked < needed)
    return `--sample is ${asked}: ${needed} traces fill the requests of each sender`;
  if (needed > enough) {
    return `--spans-per-request is ${shape.spansPerRequest}: a sample that fills such requests has ${needed} traces, and ${enough} are the most; ask for smaller requests`;
  }
  return Math.min(enough, asked ?? Math.max(USUAL, needed * REQUESTS_PER_SENDER));
}

/** How many traces of the sample are kept. */
export function keptInSample({ keptPercent }: TrafficShape, traces: number): number {
  return keptPercent === 0 ? 0 : Math.max(Math.min(KEPT, traces), Math.round((traces * keptPercent) / 100));
}
