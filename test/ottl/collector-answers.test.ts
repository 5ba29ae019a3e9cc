/**
 * What the Collector's own OTTL (pkg/ottl v1.3.1, of release v0.164.1) says to each condition on one span and one event
 * of it: `true`, `false`, `eval` (an error while evaluating) or `start` (an error before). Recorded from its Go packages.
 */
import { describe, expect, it } from 'vitest';
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { Slots } from '../../lib/ottl/compiler/scope.ts';
import { anyHolds, readCondition } from '../../lib/ottl/conditions.ts';
import { OttlEvaluationError, OttlSyntaxError } from '../../lib/ottl/errors.ts';
import type { ConditionContext } from '../../lib/ottl/paths/find-path.ts';
import { EvaluationContext } from '../../lib/ottl/runtime/context.ts';
import recorded from './collector-answers.json' with { type: 'json' };

const EVENTS = 11;

const request = protobufFromJson(new TextEncoder().encode(JSON.stringify(recorded.trace)));
const trace = Trace.fromFragments('4bf92f3577b34da6a3ce929d0e0e4736', [request]);

function answer(text: string, context: ConditionContext): string {
  try {
    const condition = readCondition(text, context, new Slots(), () => {});
    return String(anyHolds([condition], contextOf(), 'propagate'));
  } catch (error) {
    if (error instanceof OttlSyntaxError) return 'start';
    // One that has another cause is a defect.
    if (error instanceof OttlEvaluationError && error.cause instanceof OttlEvaluationError) return 'eval';
    throw error;
  }
}

function contextOf(): EvaluationContext {
  const [resource] = trace.resourceSpans;
  const [event] = trace.spanMessage(0).messages(EVENTS);
  if (resource === undefined || event === undefined) throw new Error('the recorded trace has a span with an event');
  const context = new EvaluationContext(trace, resource);
  context.event = event;
  return context;
}

describe('an OTTL condition', () => {
  it.each(recorded.span)('on a span, %s, is %s as in the Collector', (text, expected) => {
    expect(answer(String(text), 'span')).toBe(expected);
  });

  it.each(recorded.spanevent)('on an event, %s, is %s as in the Collector', (text, expected) => {
    expect(answer(String(text), 'spanevent')).toBe(expected);
  });
});
