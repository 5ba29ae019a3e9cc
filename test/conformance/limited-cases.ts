import fc from 'fast-check';
import type { Case, CaseTrace, ConfigBlock, PolicyBlock, TailSampling } from './case.ts';
import { configText } from './config-text.ts';
import { attributes, RESOURCES, trace } from './trace-arbitraries.ts';

/**
 * Cases with policies that limit. Time stands still but for the waits of the case, and traces come one by one, each in a
 * request of its own.
 */
export const LIMITED_TYPES = ['rate_limiting', 'bytes_limiting', 'composite'];

const perSecond = fc.constantFrom(0n, 1n, 3n, 7n, 10n, 100n, 2n ** 40n);
const burst = fc.constantFrom(undefined, 0n, -1n, 1n, 4n, 20n, 1000n);
const bytesPerSecond = fc.constantFrom(0n, 50n, 500n, 5000n, 2n ** 40n);
const bytesBurst = fc.constantFrom(undefined, 0n, -1n, 100n, 1000n, 10_000n);

const rateLimiting = fc.tuple(perSecond, burst).map(
  ([spans_per_second, burst_capacity]): PolicyBlock => ({
    type: 'rate_limiting',
    rate_limiting: { spans_per_second, ...(burst_capacity !== undefined && { burst_capacity }) },
  }),
);
const bytesLimiting = fc.tuple(bytesPerSecond, bytesBurst).map(
  ([bytes_per_second, burst_capacity]): PolicyBlock => ({
    type: 'bytes_limiting',
    bytes_limiting: { bytes_per_second, ...(burst_capacity !== undefined && { burst_capacity }) },
  }),
);
const filter: fc.Arbitrary<PolicyBlock> = fc.constantFrom<PolicyBlock>(
  { type: 'always_sample' },
  { type: 'status_code', status_code: { status_codes: ['ERROR'] } },
  { type: 'probabilistic', probabilistic: { sampling_percentage: 40 } },
  { type: 'span_count', span_count: { min_spans: 3n } },
);
const limiter = fc.oneof(rateLimiting, bytesLimiting);
const named = (policy: fc.Arbitrary<PolicyBlock>) => policy.map((block): PolicyBlock => ({ name: 'part', ...block }));
const not = named(limiter).map((part): PolicyBlock => ({ type: 'not', not: { not_sub_policy: part } }));
const parts = fc.array(fc.oneof(named(filter), named(limiter), named(limiter), named(not)), {
  minLength: 1,
  maxLength: 3,
});

const and = parts.map((list): PolicyBlock => ({ type: 'and', and: { and_sub_policy: list } }));
const drop = parts.map((list): PolicyBlock => ({ type: 'drop', drop: { drop_sub_policy: list } }));

const MORE_THAN_A_TICK_MS = 1001;
const NAMES = ['first', 'second', 'third'];
const composite = fc
  .record({
    max: fc.constantFrom(0n, 1n, 10n, 25n, 1000n),
    parts: fc.array(fc.oneof(filter, limiter, and), { minLength: 1, maxLength: 3 }),
    percents: fc.array(fc.constantFrom(0n, 10n, 33n, 50n, 100n, 150n, -5n), { maxLength: 3 }),
  })
  .map(({ max, parts, percents }): PolicyBlock => {
    const allocation = percents.map((percent, i): ConfigBlock => ({ policy: NAMES[i] ?? '', percent }));
    return {
      type: 'composite',
      composite: {
        max_total_spans_per_second: max,
        composite_sub_policy: parts.map((part, i): PolicyBlock => ({ name: NAMES[i] ?? '', ...part })),
        rate_allocation: allocation,
      },
    };
  });

const policy = fc.oneof(limiter, limiter, composite, composite, and, not, drop, filter);

/** Traces that come one by one, and their resources. */
export function onFakeTime(traceCount: number): fc.Arbitrary<Omit<Case, 'config'>> {
  const waits = fc.constantFrom(0, 0, 0, 1, 250, 999, 1000, 2500);
  const oneByOne = fc.tuple(trace, waits).map(([one, thenWaitMs]) => ({ ...one, thenWaitMs }));
  return fc
    .record({
      resources: fc.array(attributes, { minLength: RESOURCES, maxLength: RESOURCES }),
      traces: fc.uniqueArray(oneByOne, {
        minLength: traceCount,
        maxLength: traceCount,
        selector: ({ traceId }) => traceId,
      }),
    })
    .map(({ resources, traces }) => ({
      resources,
      traces: traces.map((one, i) => ({ ...one, spans: one.spans.map((span) => ({ ...span, request: i })) })),
      fakeTime: true,
    }));
}

export const limitedConfigurations: fc.Arbitrary<TailSampling> = fc
  .tuple(fc.array(policy, { minLength: 1, maxLength: 4 }), fc.nat(3))
  .map(([policies, first]) => ({
    decision_wait: '1s',
    ...(first === 0 && { sample_on_first_match: true }),
    policies: policies.map((block, i): PolicyBlock => ({ name: `p${i}`, ...block })),
  }));

/**
 * Each trace in a tick of its own, if the configuration drops. The processor asks the drop policies about all traces of a
 * tick before it decides any of them, so that the order of its decisions is not that in which limits were asked.
 */
export function withTicksOfTheirOwn(one: Case): Case {
  if (!configText(one.config).includes('"drop"')) return one;
  const later = (trace: CaseTrace) => ({ ...trace, thenWaitMs: (trace.thenWaitMs ?? 0) + MORE_THAN_A_TICK_MS });
  return { ...one, traces: one.traces.map(later) };
}

/** Of this many traces. */
export function limitedCases(traceCount: number): fc.Arbitrary<Case> {
  return fc
    .tuple(limitedConfigurations, onFakeTime(traceCount))
    .map(([config, rest]) => withTicksOfTheirOwn({ ...rest, config }));
}
