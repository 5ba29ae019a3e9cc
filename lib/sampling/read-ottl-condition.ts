import type { Trace } from '../otlp/trace/trace.ts';
import {
  anyHolds,
  type Condition,
  type ConditionContext,
  ERROR_MODES,
  type ErrorMode,
  EvaluationContext,
  OttlEvaluationError,
  OttlSyntaxError,
  positionAt,
  readCondition,
  Slots,
} from '../ottl/conditions.ts';
import { quotedExcerpt } from '../text/messages.ts';
import { didYouMean } from '../text/nearest-name.ts';
import { describe } from './config/issues.ts';
import type { OptionsReader } from './config/options-reader.ts';
import { REPORTED } from './config/substitution.ts';
import { NOT_SAMPLED, type Policy, type PolicyContext, PolicyEvaluationError, SAMPLED } from './policy.ts';
import { tracesThat } from './policy-summary.ts';

/** Field number of `Span.events` (opentelemetry/proto/trace/v1/trace.proto). */
const EVENTS = 11;

/** Reads the options of `ottl_condition` (`policies/ottl-condition.ts`) and compiles its conditions. */
export function readOttlCondition(options: OptionsReader, { name }: PolicyContext): Policy {
  const errorMode = readErrorMode(options);
  const slots = new Slots();
  const onSpans = readConditions(options, 'span', slots);
  const onEvents = readConditions(options, 'spanevent', slots);
  if (onSpans.length === 0 && onEvents.length === 0 && !options.failed) {
    options.error(undefined, 'expected at least one condition in span or spanevent');
  }
  return {
    name,
    type: 'ottl_condition',
    summary: tracesThat(summaryOf(onSpans, onEvents)),
    evaluate(trace, _allowances, explanation) {
      try {
        const span = firstMatchingSpan(trace, onSpans, onEvents, errorMode);
        if (span === undefined) {
          explanation?.saw('no condition is true for any of its spans', { span: null });
          return NOT_SAMPLED;
        }
        explanation?.saw(`a condition is true for span ${quotedExcerpt(trace.name(span))}`, { span: trace.name(span) });
        return SAMPLED;
      } catch (error) {
        if (!(error instanceof OttlEvaluationError)) throw error;
        throw new PolicyEvaluationError(error.message, { cause: error });
      }
    },
  };
}

function summaryOf(onSpans: readonly Condition[], onEvents: readonly Condition[]): string {
  const parts = [
    ...onSpans.map(({ text }) => `has a span where ${text}`),
    ...onEvents.map(({ text }) => `has a span event where ${text}`),
  ];
  return parts.join(', or ');
}

/**
 * The Collector accepts the word in any case. Without a value it uses `silent`, although its documentation says
 * `propagate`.
 */
function readErrorMode(options: OptionsReader): ErrorMode {
  const text = options.word('error_mode', ERROR_MODES.join(' or '));
  const mode = ERROR_MODES.find((candidate) => candidate === text.toLowerCase());
  if (mode !== undefined) return mode;
  if (options.has('error_mode') && !options.hasFailed('error_mode')) {
    options.error(
      'error_mode',
      `unknown value "${text}"${didYouMean(text, ERROR_MODES) || `, allowed: ${ERROR_MODES.join(', ')}`}`,
    );
  } else if (options.isNull('error_mode')) {
    options.error('error_mode', `expected one of ${ERROR_MODES.join(', ')}, got nothing`);
  } else if (!options.has('error_mode')) {
    options.warn('error_mode', 'is not set: a condition that fails counts as false; write silent, ignore or propagate');
  }
  return 'silent';
}

function readConditions(options: OptionsReader, context: ConditionContext, slots: Slots): readonly Condition[] {
  const conditions: Condition[] = [];
  for (const { value, path } of options.texts(context)) {
    const index = Number(path.at(-1));
    const warn = (message: string) => options.warn([context, index], message);
    if (value === REPORTED) continue;
    if (typeof value !== 'string') {
      // YAML reads a condition without quotes that contains a colon as a map.
      const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
      const expected = isMap
        ? 'expected a condition in quotes'
        : 'expected a condition, such as \'name == "checkout"\'';
      options.error([context, index], `${expected}, got ${describe(value)}`);
      continue;
    }
    try {
      conditions.push(readCondition(value, context, slots, warn));
    } catch (error) {
      if (!(error instanceof OttlSyntaxError)) throw error;
      options.error([context, index], `${positionAt(value, error.offset)}: ${error.message}`);
    }
  }
  return conditions;
}

/** Evaluates span by span: first the conditions on the span, then those on each of its events. */
function firstMatchingSpan(
  trace: Trace,
  onSpans: readonly Condition[],
  onEvents: readonly Condition[],
  errorMode: ErrorMode,
): number | undefined {
  const [first] = trace.resourceSpans;
  if (first === undefined) return undefined;
  const context = new EvaluationContext(trace, first);
  for (const resource of trace.resourceSpans) {
    context.resource = resource;
    for (let span = resource.firstSpan; span < resource.endSpan; span++) {
      context.span = span;
      if (onSpans.length > 0 && anyHolds(onSpans, context, errorMode)) return span;
      if (onEvents.length === 0) continue;
      for (const event of trace.spanMessage(span).messages(EVENTS)) {
        context.event = event;
        if (anyHolds(onEvents, context, errorMode)) return span;
      }
    }
  }
  return undefined;
}
