/**
 * What a search asks of a trace: that one of its spans fulfils a condition. All parts of a condition hold for the same span,
 * as in TraceQL's `{ … }` and in Jaeger's search; fields of the trace hold for each of its spans.
 *
 * ```
 * { all: [
 *   { field: { of: 'span', name: 'service' }, operator: '=', value: 'payment' },
 *   { field: { of: 'span', name: 'durationMs' }, operator: '>=', value: 250 },
 *   { field: { of: 'attribute', scope: 'any', key: 'customer.id' }, operator: '=', value: 'c-17' },
 * ] }
 * ```
 */
export type Condition = Comparison | { readonly all: readonly Condition[] } | { readonly any: readonly Condition[] };

/**
 * A field that is not there fulfils nothing, also not `!=` and `!~`. `=~` and `!~` take an RE2 pattern for the whole text.
 * Texts are compared for equality with texts, and with numbers and booleans as the archive spells these; `>` and the like
 * compare numbers.
 */
export interface Comparison {
  readonly field: Field;
  readonly operator: Operator;
  readonly value: string | number | boolean;
}

export const OPERATORS = ['=', '!=', '=~', '!~', '>', '>=', '<', '<='] as const;
export type Operator = (typeof OPERATORS)[number];

export type Field = SpanField | TraceField | AttributeField;

/** `kind` as in the view `spans`: SERVER, CLIENT, …; `status`: UNSET, OK, ERROR. */
export const SPAN_FIELDS = ['service', 'name', 'kind', 'status', 'statusMessage', 'durationMs'] as const;
export interface SpanField {
  readonly of: 'span';
  readonly name: (typeof SPAN_FIELDS)[number];
}

/** As the columns of the view `traces`. `service`: one of its services. */
export const TRACE_FIELDS = [
  'rootService',
  'rootName',
  'status',
  'policy',
  'durationMs',
  'spanCount',
  'errorCount',
] as const;
export interface TraceField {
  readonly of: 'trace';
  readonly name: (typeof TRACE_FIELDS)[number];
}

/** An attribute as text, as in the views (docs/archive.md). `any`: of the span or, if it has none, of its resource. */
export interface AttributeField {
  readonly of: 'attribute';
  readonly scope: 'span' | 'resource' | 'any';
  readonly key: string;
}

/** A query that cannot be answered as it is. The message says what was got and what is allowed. */
export class InvalidQueryError extends Error {
  override readonly name = 'InvalidQueryError';
}

/** More comparisons than any page builds. */
const MAX_COMPARISONS = 100;

/** The comparisons of a condition, in order. @throws {InvalidQueryError} when there are too many */
export function comparisonsOf(condition: Condition): Comparison[] {
  const found: Comparison[] = [];
  const open: Condition[] = [condition];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if ('field' in one) found.push(one);
    else open.push(...('all' in one ? one.all : one.any).toReversed());
    if (found.length > MAX_COMPARISONS) {
      throw new InvalidQueryError(`a condition may have ${MAX_COMPARISONS} comparisons, this one has more`);
    }
  }
  return found;
}

/** Whether the lines answer it, and not the summaries. */
export function needsAttributes(condition: Condition): boolean {
  return comparisonsOf(condition).some(({ field }) => field.of === 'attribute' || field.name === 'statusMessage');
}
