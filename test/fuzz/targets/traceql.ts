import { HttpError } from '../../../functions/read/http.ts';
import { tagsCondition } from '../../../functions/read/tempo/tags-condition.ts';
import { comparisonsOf, InvalidQueryError } from '../../../lib/read/condition.ts';
import { INTRINSICS } from '../../../lib/read/traceql/field.ts';
import { parseTraceql } from '../../../lib/read/traceql/parse-traceql.ts';
import { type FuzzTarget, outcomeOf, textOf } from '../target.ts';

/** A query of Tempo's API, in TraceQL and as tags: its condition, or where it is wrong. */
export const target: FuzzTarget = {
  fuzz: (data) => {
    const text = textOf(data);
    const { value, error } = outcomeOf(() => parseTraceql(text), InvalidQueryError);
    if (value?.condition !== undefined) comparisonsOf(value.condition);
    const at = Number(/^TraceQL, position (\d+): /.exec(error?.message ?? '')?.[1] ?? 1);
    if (at < 1 || at > text.length + 1) throw new Error(`position ${at} is not in the query`);
    outcomeOf(() => tagsCondition(text), HttpError);
  },
  seeds: () => [
    '{ resource.service.name = "payment" && span.http.response.status_code >= 500 }',
    '{ name =~ `POST .*` && (status = error || duration > 1h1.5s) }',
    '{ kind != client && span."peer \\"x\\"" !~ "a\\\\.b" } | count() > 3',
    '{ .a = -1.5e3 || .b = true }',
    'service.name=cart http.url="a \\"b\\"" error=true',
  ],
  words: [
    ...INTRINSICS.keys(),
    ' && ',
    ' || ',
    'span.',
    'resource.',
    'status.code=',
    '| count() ',
    '="',
    '=~`',
    '250ms',
  ],
  maxLength: 2048,
};
