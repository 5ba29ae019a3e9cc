import { type Test, testOf } from './comparison.ts';
import {
  type AttributeField,
  type Comparison,
  type Condition,
  comparisonsOf,
  type SpanField,
  type TraceField,
} from './condition.ts';
import { type KeptTrace, policyOf, rootOf } from './kept-trace.ts';
import type { Deadline } from './ports.ts';
import { hashOfKey, hashOfValue, mayContain } from './summary/attribute-filter.ts';
import { KINDS, kindOf, NO_TEXT, type ObjectSummary, STATUSES, statusOf } from './summary/object-summary.ts';

/** Whether something is so: for sure not, perhaps (the line knows), for sure. */
export const NO = 0;
export const PERHAPS = 1;
export const YES = 2;
export type Verdict = typeof NO | typeof PERHAPS | typeof YES;

/** What is on the line of a span, and not in the summary. */
export interface SpanDetails {
  readonly statusMessage: string | null;
  /** The text of an attribute; null: there is none, or it has no value. */
  attribute(scope: AttributeField['scope'], key: string): string | null;
}

/** A condition for the rows of one object. Without details, comparisons that need them are `PERHAPS`. */
export type RowTest = (row: number, trace: KeptTrace, details?: SpanDetails) => Verdict;

/** The comparisons of a condition made ready, once for all objects. */
export class CompiledCondition {
  readonly #condition: Condition;
  readonly #deadline: Deadline;
  readonly #tests = new Map<Comparison, Test>();

  /** @param deadline of everything that it is asked @throws {InvalidQueryError} */
  constructor(condition: Condition, deadline: Deadline) {
    this.#condition = condition;
    this.#deadline = deadline;
    for (const comparison of comparisonsOf(condition)) this.#tests.set(comparison, testOf(comparison, deadline));
  }

  /** The condition on the rows of an object; undefined when none of them can fulfil it. */
  bind(summary: ObjectSummary): RowTest | undefined {
    return this.#bind(this.#condition, summary);
  }

  #bind(condition: Condition, summary: ObjectSummary): RowTest | undefined {
    if ('field' in condition) return this.#bindComparison(condition, summary);
    if ('all' in condition) {
      const tests: RowTest[] = [];
      for (const one of condition.all) {
        const test = this.#bind(one, summary);
        if (test === undefined) return undefined;
        tests.push(test);
      }
      return (row, trace, details) => {
        let verdict: Verdict = YES;
        for (const test of tests) {
          verdict = Math.min(verdict, test(row, trace, details)) as Verdict;
          if (verdict === NO) break;
        }
        return verdict;
      };
    }
    const tests = condition.any.map((one) => this.#bind(one, summary)).filter((test) => test !== undefined);
    if (tests.length === 0) return undefined;
    return (row, trace, details) => {
      let verdict: Verdict = NO;
      for (const test of tests) {
        verdict = Math.max(verdict, test(row, trace, details)) as Verdict;
        if (verdict === YES) break;
      }
      return verdict;
    };
  }

  #bindComparison(comparison: Comparison, summary: ObjectSummary): RowTest | undefined {
    const { field } = comparison;
    const test = this.#tests.get(comparison) ?? testOf(comparison, this.#deadline);
    if (field.of === 'attribute') return attributeTest(field, comparison, test, summary);
    return field.of === 'trace' ? traceTest(field, test) : spanTest(field, test, summary);
  }
}

function spanTest({ name }: SpanField, test: Test, summary: ObjectSummary): RowTest | undefined {
  const { spans, texts } = summary;
  switch (name) {
    case 'service':
    case 'name': {
      const numbers = spans[name];
      // Each text is looked at once, and not each span.
      const verdicts = Uint8Array.from(texts, (text) => (test(text) ? YES : NO));
      if (!verdicts.includes(YES)) return undefined;
      return (row) => {
        const number = numbers[row] as number;
        return (number === NO_TEXT ? NO : verdicts[number]) as Verdict;
      };
    }
    case 'kind':
      return ofList(KINDS, test, (row) => kindOf(spans.flags[row] as number));
    case 'status':
      return ofList(STATUSES, test, (row) => statusOf(spans.flags[row] as number));
    case 'durationMs':
      return (row) => {
        const duration = ((spans.end[row] as number) - (spans.start[row] as number)) / 1e6;
        return test(Number.isNaN(duration) ? null : duration) ? YES : NO;
      };
    default:
      return (_row, _trace, details) => {
        if (details === undefined) return PERHAPS;
        return test(details.statusMessage) ? YES : NO;
      };
  }
}

function ofList(names: readonly string[], test: Test, numberOf: (row: number) => number): RowTest | undefined {
  const verdicts = names.map((name) => (test(name) ? YES : NO));
  return verdicts.includes(YES) ? (row) => verdicts[numberOf(row)] ?? NO : undefined;
}

function traceTest({ name }: TraceField, test: Test): RowTest {
  const read = TRACE_VALUES[name];
  let last: KeptTrace | undefined;
  let verdict: Verdict = NO;
  return (_row, trace) => {
    // The rows of a trace follow one another.
    if (trace !== last) {
      verdict = test(read(trace)) ? YES : NO;
      last = trace;
    }
    return verdict;
  };
}

/** What a trace has as the value of each of its fields; null: none. */
export const TRACE_VALUES: Readonly<Record<TraceField['name'], (trace: KeptTrace) => string | number | null>> = {
  rootService: (trace) => rootOf(trace).service,
  rootName: (trace) => rootOf(trace).name,
  status: ({ errorCount }) => (errorCount > 0 ? 'ERROR' : 'OK'),
  policy: policyOf,
  durationMs: ({ durationMs }) => durationMs ?? null,
  spanCount: ({ spanCount }) => spanCount,
  errorCount: ({ errorCount }) => errorCount,
};

function attributeTest(
  { scope, key }: AttributeField,
  { operator, value }: Comparison,
  test: Test,
  summary: ObjectSummary,
): RowTest | undefined {
  const { filter } = summary;
  if (filter !== undefined) {
    const scopes = scope === 'any' ? (['span', 'resource'] as const) : [scope];
    const mayHave = scopes.some((one) => {
      if (operator === '=') return mayContain(filter, hashOfValue(hashOfKey(one, key), String(value)));
      return (one === 'span' ? summary.spanKeys : summary.resourceKeys).includes(key);
    });
    if (!mayHave) return undefined;
  }
  return (_row, _trace, details) => {
    if (details === undefined) return PERHAPS;
    return test(details.attribute(scope, key)) ? YES : NO;
  };
}
