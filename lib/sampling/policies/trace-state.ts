import { parseW3cTraceState } from '../../otlp/w3c-trace-state.ts';
import { quotedExcerpt } from '../../text/messages.ts';
import type { OptionsReader } from '../config/options-reader.ts';
import type { PolicyDefinition } from '../policy.ts';
import { NOT_SAMPLED, SAMPLED } from '../policy.ts';
import { quotedOr, tracesThat } from '../policy-summary.ts';

/** Key and value of a member together have fewer bytes than this; a longer member never matches. */
const MAX_MEMBER_BYTES = 256;

/**
 * `trace_state`: keeps a trace if any of its spans has a valid W3C `tracestate` with the member `key` equal to one of
 * `values`. A `tracestate` that is invalid anywhere has no members.
 */
export const traceState = {
  type: 'trace_state',
  isCombinator: false,
  options: [
    { key: 'key', type: 'string', meaning: 'the key of a member of `tracestate`' },
    { key: 'values', type: 'list of strings', default: '[]', meaning: 'the values that match' },
  ],
  parse(options, { name }) {
    const key = options.string('key');
    if (key === '' && !options.hasFailed('key')) options.warn('key', 'is empty: no member matches');
    const values = readValues(options, key);
    const matches = (text: string) => values.has(parseW3cTraceState(text)?.get(key) ?? '');
    return {
      name,
      type: 'trace_state',
      summary: tracesThat(`has a span with ${key} in its tracestate equal to ${quotedOr([...values])}`),
      evaluate(trace, _allowances, explanation) {
        let last = '';
        for (let i = 0; i < trace.spanCount; i++) {
          const text = trace.traceState(i);
          if (text === last) continue;
          if (matches(text)) {
            explanation?.saw(`span ${quotedExcerpt(trace.name(i))} has the tracestate ${quotedExcerpt(text)}`, {
              traceState: text,
            });
            return SAMPLED;
          }
          last = text;
        }
        explanation?.saw(last === '' ? 'no span has a tracestate' : `the tracestate is ${quotedExcerpt(last)}`, {
          traceState: last,
        });
        return NOT_SAMPLED;
      },
    };
  },
} as const satisfies PolicyDefinition;

function readValues(options: OptionsReader, key: string): ReadonlySet<string> {
  const values = options.strings('values');
  if (values.length === 0 && !options.failed) options.warn('values', 'is empty: no value matches');
  const usable = new Set(values);
  if (usable.delete('') && !options.hasFailed('values')) options.warn('values', 'an empty string matches nothing');
  for (const value of usable) {
    if (byteLength(key) + byteLength(value) < MAX_MEMBER_BYTES) continue;
    usable.delete(value);
    options.warn(
      'values',
      `"${value}" matches nothing: with its key it must be shorter than ${MAX_MEMBER_BYTES} bytes`,
    );
  }
  return usable;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
