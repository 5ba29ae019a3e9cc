import type { TrafficShape } from './traffic-shape.ts';

export interface SampleLimits {
  /** Undefined: as many as it takes. */
  readonly asked: number | undefined;
  readonly max: number;
}

const USUAL = 120;
/** Of each sender, so that their size is about the one asked for. */
const REQUESTS_PER_SENDER = 2;
/** What a sample keeps at least, because a kept trace is counted too. */
const KEPT = 20;
/** More than this takes minutes. */
const MAX_SPANS = 100_000;

/** Traces of a sample that fills the export requests of every sender; or why there is none. */
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
