import type { Trace } from '../../otlp/trace/trace.ts';
import { quotedExcerpt } from '../../text/messages.ts';
import type { Explanation, PolicyDefinition } from '../policy.ts';
import { NOT_SAMPLED, SAMPLED } from '../policy.ts';
import { tracesThat } from '../policy-summary.ts';

/** W3C Trace Context, trace-flags: https://www.w3.org/TR/trace-context-1/#sampled-flag */
const SAMPLED_FLAG = 1;

/** `trace_flags`: keeps a trace if any of its spans has the W3C `sampled` flag. */
export const traceFlags = {
  type: 'trace_flags',
  isCombinator: false,
  options: [],
  parse: (_options, { name }) => ({
    name,
    type: 'trace_flags',
    summary: tracesThat('has a span with the sampled flag'),
    evaluate(trace, _allowances, explanation) {
      const span = firstSampled(trace);
      if (explanation !== undefined) explain(explanation, trace, span);
      return span === undefined ? NOT_SAMPLED : SAMPLED;
    },
  }),
} as const satisfies PolicyDefinition;

function firstSampled(trace: Trace): number | undefined {
  for (let i = 0; i < trace.spanCount; i++) {
    if ((trace.flags(i) & SAMPLED_FLAG) !== 0) return i;
  }
  return undefined;
}

function explain(explanation: Explanation, trace: Trace, span: number | undefined): void {
  if (span === undefined) {
    explanation.saw('no span has the sampled flag', { span: null });
    return;
  }
  const name = trace.name(span);
  explanation.saw(`span ${quotedExcerpt(name)} has the sampled flag`, { span: name });
}
