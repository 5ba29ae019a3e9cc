import type { Trace } from '../../otlp/trace/trace.ts';
import { quotedExcerpt } from '../../text/messages.ts';
import type { Explanation, PolicyDefinition } from '../policy.ts';
import { NOT_SAMPLED, SAMPLED } from '../policy.ts';
import { tracesThat } from '../policy-summary.ts';

/** The Collector's words, indexed by the code in OTLP. */
const STATUS_CODES = ['UNSET', 'OK', 'ERROR'] as const;

/** `status_code`: keeps a trace if the status of any span is listed. `UNSET` matches nearly every trace. */
export const statusCode = {
  type: 'status_code',
  isCombinator: false,
  options: [
    {
      key: 'status_codes',
      type: 'list of words',
      meaning: `any of ${STATUS_CODES.map((code) => `\`${code}\``).join(', ')}`,
    },
  ],
  parse(options, { name }) {
    const wanted = new Set(options.words('status_codes', STATUS_CODES).map((word) => STATUS_CODES.indexOf(word)));
    if (wanted.size === 0 && !options.failed) {
      options.error('status_codes', `expected at least one of ${STATUS_CODES.join(', ')}`);
    }
    const words = [...wanted].map((code) => STATUS_CODES[code]).join(' or ');
    const isWanted = STATUS_CODES.map((_, code) => wanted.has(code));
    return {
      name,
      type: 'status_code',
      summary: tracesThat(`has a span with status ${words}`),
      evaluate(trace, _allowances, explanation) {
        const span = firstWanted(trace, isWanted);
        if (explanation !== undefined) explain(explanation, trace, { span, words });
        return span === undefined ? NOT_SAMPLED : SAMPLED;
      },
    };
  },
} as const satisfies PolicyDefinition;

function firstWanted(trace: Trace, isWanted: readonly boolean[]): number | undefined {
  for (let i = 0; i < trace.spanCount; i++) {
    if (isWanted[trace.statusCode(i)] === true) return i;
  }
  return undefined;
}

function explain(
  explanation: Explanation,
  trace: Trace,
  { span, words }: { readonly span: number | undefined; readonly words: string },
): void {
  if (span === undefined) {
    explanation.saw(`no span has status ${words}`, { status: null });
    return;
  }
  const [name, status = ''] = [trace.name(span), STATUS_CODES[trace.statusCode(span)]];
  explanation.saw(`span ${quotedExcerpt(name)} has status ${status}`, { span: name, status });
}
