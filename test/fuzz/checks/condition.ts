import type { Trace } from '../../../lib/otlp/trace/trace.ts';
import {
  anyHolds,
  type Condition,
  EvaluationContext,
  OttlEvaluationError,
  OttlSyntaxError,
  readCondition,
  Slots,
} from '../../../lib/ottl/conditions.ts';
import { outcomeOf } from '../target.ts';

const EVENTS = 11;

/** The compiled condition; undefined where it is refused. */
export function conditionOf(text: string, context: 'span' | 'spanevent'): Condition | undefined {
  return outcomeOf(() => readCondition(text, context, new Slots(), () => {}), OttlSyntaxError).value;
}

/** Evaluates it on the spans and events of the trace. It may fail, but not for a defect of the program. */
export function checkCondition(condition: Condition, trace: Trace): void {
  const [resource] = trace.resourceSpans;
  if (resource === undefined) throw new Error('expected a trace with a resource');
  for (let span = 0; span < trace.spanCount; span++) {
    const context = new EvaluationContext(trace, resource);
    context.span = span;
    for (const event of trace.spanMessage(span).messages(EVENTS)) context.event = event;
    const { error } = outcomeOf(() => anyHolds([condition], context, 'propagate'), OttlEvaluationError);
    if (error !== undefined && !(error.cause instanceof OttlEvaluationError)) throw error.cause ?? error;
  }
}
