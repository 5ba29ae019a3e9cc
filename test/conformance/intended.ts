import type { CaseSpan, TailSampling } from './case.ts';
import { describeAnswer } from './compare.ts';
import { encodeRequests } from './encode-requests.ts';
import { decideWithTailgate, lastTraceStateOf } from './tailgate.ts';
import { withUseTraceState } from './trace-state-cases.ts';

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
    name: 'a repeated key counts once in a map',
    config: {
      policies: [
        { name: 'two', type: 'ottl_condition', ottl_condition: { span: ['Len(attributes) == 2'] } },
        { name: 'first', type: 'string_attribute', string_attribute: { key: 'k', values: ['first'] } },
      ],
    },
    requests: encodeRequests({
      resources: [],
      traces: [
        {
          traceId: TRACE_ID,
          spans: [
            {
              ...SPAN,
              attributes: [
                ['k', 'first'],
                ['k', 'second'],
              ],
            },
          ],
        },
      ],
    }),
    collector: 'sampled by two',
    tailgate: /^sampled by first$/,
  },
  {
    name: 'spans without a valid trace ID are rejected',
    config: { policies: [{ name: 'all', type: 'always_sample' }] },
    requests: requestsOf('0'.repeat(32)),
    collector: 'sampled by all',
    tailgate: /^no decision$/,
  },
  {
    name: 'num_shards does not divide limits',
    config: {
      num_shards: 2n,
      policies: [
        {
          name: 'limit',
          type: 'composite',
          composite: {
            max_total_spans_per_second: 2n,
            composite_sub_policy: [{ name: 'all', type: 'always_sample' }],
          },
        },
      ],
    },
    requests: encodeRequests({ resources: [], traces: [{ traceId: TRACE_ID, spans: [SPAN, SPAN] }] }),
    collector: 'not_sampled',
    tailgate: /^sampled by limit$/,
  },
  {
    name: 'conditions have limits',
    config: {
      policies: [
        {
          name: 'deep',
          type: 'ottl_condition',
          ottl_condition: { error_mode: 'ignore', span: ['ParseJSON(attributes["json"]) != nil'] },
        },
      ],
    },
    requests: encodeRequests({
      resources: [],
      traces: [
        { traceId: TRACE_ID, spans: [{ ...SPAN, attributes: [['json', '['.repeat(1001) + ']'.repeat(1001)]] }] },
      ],
    }),
    collector: 'sampled by deep',
    tailgate: /^not_sampled$/,
  },
];

/** A difference in the trace state of the only span of a kept trace; the Collector has its feature gate `usetracestate`. */
export interface IntendedTraceState {
  readonly name: string;
  readonly config: TailSampling;
  readonly requests: readonly Uint8Array[];
  readonly collector: string;
  readonly tailgate: string;
}

const withTraceState = (traceState: string) =>
  encodeRequests({ resources: [], traces: [{ traceId: TRACE_ID, spans: [{ ...SPAN, traceState }] }] });
/** Keeps the trace, be it by its hash (a54533ba2e4970b5 of bfffffffffffffff) or by a randomness of all ones. */
const THREE_QUARTERS: TailSampling = {
  policies: [{ name: 'most', type: 'probabilistic', probabilistic: { sampling_percentage: 75 } }],
};

const THIRTY_ONE = Array.from({ length: 31 }, (_, i) => `k${i}=v`).join(',');

export const INTENDED_TRACE_STATES: readonly IntendedTraceState[] = [
  {
    name: 'what is kept with certainty gets no threshold',
    config: { policies: [{ name: 'all', type: 'always_sample' }] },
    requests: withTraceState('ot=rv:ffffffffffffff'),
    collector: 'ot=rv:ffffffffffffff;th:0',
    tailgate: 'ot=rv:ffffffffffffff',
  },
  {
    name: 'what is kept by the hash gets no threshold',
    config: THREE_QUARTERS,
    requests: withTraceState('rojo=1'),
    collector: 'ot=th:4,rojo=1',
    tailgate: 'rojo=1',
  },
  {
    name: 'a span whose randomness is below the threshold gets none',
    config: THREE_QUARTERS,
    requests: encodeRequests({
      resources: [],
      traces: [
        {
          traceId: TRACE_ID,
          spans: ['ot=rv:ffffffffffffff', 'ot=rv:00000000000000'].map((traceState) => ({ ...SPAN, traceState })),
        },
      ],
    }),
    collector: 'ot=rv:00000000000000;th:4',
    tailgate: 'ot=rv:00000000000000',
  },
  {
    name: 'a trace state of 32 members is valid',
    config: THREE_QUARTERS,
    requests: withTraceState(`ot=rv:ffffffffffffff,${THIRTY_ONE}`),
    collector: `ot=rv:ffffffffffffff,${THIRTY_ONE}`,
    tailgate: `ot=rv:ffffffffffffff;th:4,${THIRTY_ONE}`,
  },
  {
    name: 'a threshold that has no room is not written',
    config: { policies: [{ name: 'third', type: 'probabilistic', probabilistic: { sampling_percentage: 33.333333 } }] },
    requests: withTraceState(`ot=th:5;a:${'1'.repeat(237)}`),
    collector: `ot=th:aaaaaab8fbb494;a:${'1'.repeat(237)}`,
    tailgate: `ot=th:5;a:${'1'.repeat(237)}`,
  },
  {
    name: 'a trace state that has a key twice is not valid',
    config: THREE_QUARTERS,
    requests: withTraceState('ot=rv:ffffffffffffff,a=1,a=2'),
    collector: 'ot=rv:ffffffffffffff;th:4,a=1,a=2',
    tailgate: 'ot=rv:ffffffffffffff,a=1,a=2',
  },
];

/** The trace state of the last span after Tailgate has decided its trace. */
export function tailgateTraceState({ config, requests }: IntendedTraceState): string | undefined {
  return lastTraceStateOf(withUseTraceState(config), requests);
}

/** What Tailgate makes of the one trace of an intended difference. */
export function tailgateOn({ config, requests }: IntendedDifference): string {
  return describeAnswer(decideWithTailgate(config, requests));
}
