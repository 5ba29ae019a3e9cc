/** What a condition remembers of a resource, a scope and a span never changes its answer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { Slots } from '../../lib/ottl/compiler/scope.ts';
import { anyHolds, type Condition, readCondition } from '../../lib/ottl/conditions.ts';
import type { ConditionContext } from '../../lib/ottl/paths/find-path.ts';
import { EvaluationContext } from '../../lib/ottl/runtime/context.ts';
import { encodeRequests } from '../conformance/encode-requests.ts';
import { ottlConditions } from '../conformance/ottl-arbitraries.ts';
import { attributes, trace } from '../conformance/trace-arbitraries.ts';

const EVENTS = 11;

const traces = fc.tuple(fc.array(attributes, { minLength: 12, maxLength: 12 }), trace).map(([resources, one]) => {
  const requests = encodeRequests({ resources, traces: [one] });
  const payloads = requests.flatMap((request) => regroup(request).fragments.map(({ payload }) => payload));
  return Trace.fromFragments(one.traceId, payloads);
});

function answer(conditions: readonly Condition[], context: EvaluationContext): boolean | 'fails' {
  try {
    return anyHolds(conditions, context, 'propagate');
  } catch {
    return 'fails';
  }
}

/** The answers for each span or event in turn, of one context that is moved, or of a new one each time. */
function answersOn(one: Trace, conditions: readonly Condition[], list: ConditionContext, isMoved: boolean) {
  const answers: (boolean | 'fails')[] = [];
  let moved: EvaluationContext | undefined;
  for (const resource of one.resourceSpans) {
    if (moved !== undefined) moved.resource = resource;
    for (let span = resource.firstSpan; span < resource.endSpan; span++) {
      if (moved !== undefined) moved.span = span;
      const events = list === 'span' ? [undefined] : one.spanMessage(span).messages(EVENTS);
      for (const event of events) {
        const context = (isMoved ? moved : undefined) ?? new EvaluationContext(one, resource);
        if (context !== moved) context.span = span;
        if (event !== undefined) context.event = event;
        moved = context;
        answers.push(answer(conditions, context));
      }
    }
  }
  return answers;
}

describe('a condition on one span or event after the other', () => {
  it('has the answer that it has on this one alone', () => {
    fc.assert(
      fc.property(traces, ottlConditions, (one, options) => {
        const slots = new Slots();
        for (const list of ['span', 'spanevent'] as const) {
          const texts = options[list] as readonly string[];
          const conditions = texts.map((text) => readCondition(text, list, slots, () => {}));
          expect(answersOn(one, conditions, list, true)).toEqual(answersOn(one, conditions, list, false));
        }
      }),
      { numRuns: 300 },
    );
  });
});
