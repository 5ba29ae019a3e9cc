import fc from 'fast-check';
import type { Case, CaseTrace, ConfigBlock, PolicyBlock, TailSampling } from './case.ts';
import { configurations } from './config-arbitraries.ts';
import { isBlock } from './config-paths.ts';
import { attributes, RESOURCES, trace } from './trace-arbitraries.ts';
import { TRACE_STATES } from './vocabulary.ts';

/**
 * Cases for the feature gate `usetracestate`, which is about `probabilistic`. Without limits: with the gate the Collector
 * shares them out by randomness, which Tailgate does not do.
 */
const TYPES = ['probabilistic', 'probabilistic', 'probabilistic', 'span_count', 'status_code'];

/** A threshold where the $ is. */
const AROUND = [
  'rojo=1,ot=$;x:y',
  ' ot=$\t, rojo=1',
  ',ot=$,,',
  'ot=$;',
  'ot=;$',
  'ot=$;a:1;a:2',
  'ot=$ ',
  'ot= $',
  'ot=$;a: 1',
  'Rojo=1,ot=$',
  'a=b=c,ot=$',
  'rojo,ot=$',
  `ot=$;a:${'1'.repeat(230)}`,
  `ot=$;a:${'1'.repeat(250)}`,
  `ot=$,${Array.from({ length: 30 }, (_, i) => `k${i}=v`).join(',')}`,
  `${Array.from({ length: 32 }, (_, i) => `k${i}=v`).join(',')},ot=$`,
  `${'k'.repeat(257)}=1,ot=$`,
  `k=${'v'.repeat(257)},ot=$`,
];

/** Keys that are there twice, and 32 members: see the intended differences. */
function isValidInBoth(traceState: string): boolean {
  const members = traceState.split(',');
  const keys = members.map((member) => member.split('=')[0]);
  return members.length < 32 && new Set(keys).size === keys.length;
}

const hex = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength, maxLength }).map((digits) => digits.join(''));
const randomness = hex(14, 14).map((digits) => `rv:${digits}`);
const threshold = hex(1, 14).map((digits) => `th:${digits}`);
const odd = fc.constantFrom(
  'rv:123',
  'th:',
  'th:0',
  'th:123456789abcdef',
  'RV:00000000000000',
  'th:8;th:8',
  'a:b;th:4',
);
const traceState = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  ...[randomness, threshold, fc.tuple(threshold, randomness).map((both) => both.join(';')), odd].map((ot) =>
    ot.map((value) => `ot=${value}`),
  ),
  threshold.chain((value) => fc.constantFrom(...AROUND).map((around) => around.replace('$', value))),
  fc.constantFrom(...TRACE_STATES.filter(isValidInBoth)),
);

/** As usual, the trace states apart: all spans have the same, or each its own. And IDs of their own, by which they are compared. */
const traceWithState: fc.Arbitrary<CaseTrace> = fc
  .tuple(trace, fc.array(traceState, { minLength: 1, maxLength: 3 }))
  .map(([one, states]) => ({
    ...one,
    spans: one.spans.map(({ id: _, ...span }, i) => ({ ...span, traceState: states[i % states.length] ?? '' })),
  }));

/** Of this many traces. */
export function traceStateCases(traceCount: number): fc.Arbitrary<Case> {
  return fc
    .record({
      config: configurations(TYPES),
      resources: fc.array(attributes, { minLength: RESOURCES, maxLength: RESOURCES }),
      traces: fc.array(traceWithState, { minLength: traceCount, maxLength: traceCount }),
    })
    .map((one) => ({ ...one, useTraceState: true }));
}

/** With `use_tracestate` in every `probabilistic`. */
export function withUseTraceState(config: TailSampling): TailSampling {
  return { ...config, policies: config.policies.map((policy) => inPolicy(policy) as PolicyBlock) };
}

function inPolicy(policy: ConfigBlock): ConfigBlock {
  if (policy['type'] === 'probabilistic') {
    const options = policy['probabilistic'] ?? {};
    return { ...policy, probabilistic: { ...(isBlock(options) && options), use_tracestate: true } };
  }
  return Object.fromEntries(
    Object.entries(policy).map(([key, value]) => {
      if (Array.isArray(value)) return [key, value.map((inner) => (isBlock(inner) ? inPolicy(inner) : inner))];
      return [key, isBlock(value) ? inPolicy(value) : value];
    }),
  );
}
