import { counted } from '../text/messages.ts';
import type { TrafficShape } from '../traffic/traffic-shape.ts';

/** The largest sample: more traces take minutes to count. */
export const MAX_SAMPLE_TRACES = 5000;

/** Traffic as a person describes it; what is left out follows from the rest. */
export interface TrafficOptions {
  readonly tracesPerDay: number;
  readonly spansPerTrace: number;
  readonly servicesPerTrace: number | undefined;
  readonly requestsPerTrace: number | undefined;
  readonly spansPerRequest: number | undefined;
  readonly spanBytes: number;
  readonly keptPercent: number;
  readonly behindCollector: boolean;
}

/** The traffic with everything in it. */
export function trafficShapeOf({ spansPerTrace, behindCollector, ...given }: TrafficOptions): TrafficShape {
  const servicesPerTrace = given.servicesPerTrace ?? Math.min(4, spansPerTrace);
  return {
    tracesPerDay: given.tracesPerDay,
    spansPerTrace,
    servicesPerTrace,
    requestsPerTrace: given.requestsPerTrace ?? (behindCollector ? Math.min(1.5, spansPerTrace) : servicesPerTrace),
    spansPerRequest: given.spansPerRequest ?? (behindCollector ? 300 : 30),
    spanBytes: given.spanBytes,
    keptPercent: given.keptPercent,
    behindCollector,
  };
}

/** Why there can be no such traffic, a line for each reason. */
export function contradictions(shape: TrafficShape): string[] {
  const { spansPerTrace, servicesPerTrace, requestsPerTrace, spansPerRequest, behindCollector } = shape;
  const issues: string[] = [];
  const spans = counted(spansPerTrace, 'span');
  if (servicesPerTrace > spansPerTrace) {
    issues.push(`--services-per-trace is ${servicesPerTrace}: a trace of ${spans} has at most as many services`);
  }
  if (requestsPerTrace > spansPerTrace) {
    issues.push(`--requests-per-trace is ${requestsPerTrace}: a trace of ${spans} comes in at most as many requests`);
  }
  if (!behindCollector && requestsPerTrace < servicesPerTrace) {
    issues.push(
      `--requests-per-trace is ${requestsPerTrace}: each of the ${servicesPerTrace} services sends one at least; fewer need --behind-collector`,
    );
  }
  if (spansPerRequest < spansPerTrace / requestsPerTrace) {
    issues.push(
      `--spans-per-request is ${spansPerRequest}: a request has at least the ${spansPerTrace / requestsPerTrace} spans that a trace brings to it`,
    );
  }
  return issues;
}
