import type { CaseSpan, TailSampling } from './case.ts';
import { describeAnswer } from './compare.ts';
import { encodeRequests } from './encode-requests.ts';
import { decideWithTailgate } from './tailgate.ts';

/** A difference that Tailgate wants. Each is explained in docs/conformance.md under its name. */
export interface IntendedDifference {
  readonly name: string;
  readonly config: TailSampling;
  readonly requests: readonly Uint8Array[];
  readonly collector: string;
  readonly tailgate: RegExp;
}

const SPAN: CaseSpan = {
  request: 0,
  resource: 0,
  scope: 0,
  isRoot: true,
  name: 'GET /',
  kind: 2,
  startTimeUnixNano: 1_763_700_000_000_000_000n,
  endTimeUnixNano: 1_763_700_000_001_000_000n,
  statusCode: 0,
  flags: 0,
  traceState: '',
  attributes: [],
  events: [],
};
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

const requestsOf = (traceId: string) => encodeRequests({ resources: [], traces: [{ traceId, spans: [SPAN] }] });

export const INTENDED: readonly IntendedDifference[] = [
  {
    name: 'a span that is sent twice counts once',
    config: { policies: [{ name: 'pair', type: 'span_count', span_count: { min_spans: 2n } }] },
    requests: [...requestsOf(TRACE_ID), ...requestsOf(TRACE_ID)],
    collector: 'sampled by pair',
    tailgate: /^not_sampled$/,
  },
  {
    name: 'spans without a valid trace ID are rejected',
    config: { policies: [{ name: 'all', type: 'always_sample' }] },
    requests: requestsOf('0'.repeat(32)),
    collector: 'sampled by all',
    tailgate: /^no decision$/,
  },
  {
    name: 'a drop policy without sub-policies is an error',
    config: {
      policies: [
        { name: 'all', type: 'always_sample' },
        { name: 'none', type: 'drop', drop: { drop_sub_policy: [] } },
      ],
    },
    requests: requestsOf(TRACE_ID),
    collector: 'dropped by none',
    tailgate: /^refuses the configuration: .*expected at least one policy/,
  },
  {
    name: 'a configuration without policies is an error',
    config: { policies: [] },
    requests: requestsOf(TRACE_ID),
    collector: 'not_sampled',
    tailgate: /^refuses the configuration: .*expected at least one policy/,
  },
  {
    name: 'an unknown block of options is an error',
    config: { policies: [{ name: 'slow', type: 'latency', latencyy: { threshold_ms: 5n } }] },
    requests: requestsOf(TRACE_ID),
    collector: 'sampled by slow',
    tailgate: /^refuses the configuration: .*unknown key/,
  },
  {
    name: 'a wait without a unit, below 0 or over 12 h is an error',
    config: { decision_wait: 30n, policies: [{ name: 'all', type: 'always_sample' }] },
    requests: requestsOf(TRACE_ID),
    collector: 'sampled by all',
    tailgate: /^refuses the configuration: .*expected a duration with a unit/,
  },
  {
    name: 'a number that does not fit is an error',
    config: { policies: [{ name: 'slow', type: 'latency', latency: { threshold_ms: 10n ** 20n } }] },
    requests: requestsOf(TRACE_ID),
    collector: 'sampled by slow',
    tailgate: /^refuses the configuration: .*expected a whole number, got 100000000000000000000/,
  },
  {
    name: 'a numeric_attribute without bounds is an error',
    config: { policies: [{ name: 'any', type: 'numeric_attribute', numeric_attribute: { key: 'a' } }] },
    // One to decide would crash the processor.
    requests: [],
    collector: 'no decision',
    tailgate: /^refuses the configuration: .*expected min_value or max_value/,
  },
  {
    name: 'maximum_trace_size_bytes and span-ingest are not supported',
    config: { sampling_strategy: 'span-ingest', policies: [{ name: 'all', type: 'always_sample' }] },
    requests: requestsOf(TRACE_ID),
    collector: 'sampled by all',
    tailgate: /^refuses the configuration: .*"span-ingest" is not supported/,
  },
];

/** What Tailgate makes of the one trace of an intended difference. */
export function tailgateOn({ config, requests }: IntendedDifference): string {
  return describeAnswer(decideWithTailgate(config, requests));
}
