import { counted } from '../../text/messages.ts';
import type { Explanation, PolicyDefinition } from '../policy.ts';
import { NOT_SAMPLED, SAMPLED } from '../policy.ts';
import { tracesThat } from '../policy-summary.ts';

/** `span_count`: keeps a trace of `min_spans` to `max_spans` spans, both inclusive. A maximum of 0 means no bound. */
export const spanCount = {
  type: 'span_count',
  isCombinator: false,
  options: [
    { key: 'min_spans', type: 'whole number', default: '0', meaning: 'keep traces with at least this many spans' },
    { key: 'max_spans', type: 'whole number', default: '0', meaning: 'and at most this many; 0 means no bound' },
  ],
  parse(options, { name }) {
    const min = options.int32('min_spans');
    const max = options.int32('max_spans');
    if (max !== 0 && min > max) options.warn('max_spans', 'is below min_spans: the policy never matches');
    return {
      name,
      type: 'span_count',
      summary: tracesThat(max === 0 ? `has at least ${min} spans` : `has ${min} to ${max} spans`),
      evaluate({ spanCount: count }, _allowances, explanation) {
        if (explanation !== undefined) explain(explanation, count);
        return count >= min && (max === 0 || count <= max) ? SAMPLED : NOT_SAMPLED;
      },
    };
  },
} as const satisfies PolicyDefinition;

function explain(explanation: Explanation, spans: number): void {
  explanation.saw(`it has ${counted(spans, 'span')}`, { spans });
}
