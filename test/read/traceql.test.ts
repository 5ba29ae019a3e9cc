import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidQueryError } from '../../lib/read/condition.ts';
import { needlesOf } from '../../lib/read/line-details.ts';
import { parseTraceql } from '../../lib/read/traceql/parse-traceql.ts';
import type { AttributeSpec } from '../support/build-trace.ts';
import { ALL, type ModelSpan, type ModelTrace, modelTraces, readerOf, spansOf, writeArchive } from './model-archive.ts';

/** A comparison as TraceQL writes it, and what it says of a span. */
interface Said {
  readonly text: string;
  readonly holds: (span: ModelSpan, trace: ModelTrace) => boolean;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

/** Attributes are compared by their text (docs/archive.md). */
function textOf(value: AttributeSpec | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return JSON.stringify(value.map((one) => textOf(one)));
  return Object.is(value, -0) ? '-0.0' : String(value);
}

const ATTRIBUTES: Readonly<Record<string, (span: ModelSpan) => string | null>> = {
  'span.http.route': ({ attributes }) => textOf(attributes['http.route']),
  'span."tier"': ({ attributes }) => textOf(attributes['tier']),
  '.retries': ({ attributes }) => textOf(attributes['retries']),
  'resource.k8s.pod.name': ({ resource }) => textOf(resource['k8s.pod.name']),
  '.k8s."pod".name': ({ resource }) => textOf(resource['k8s.pod.name']),
  'resource.service.name': ({ service }) => service ?? null,
  '.absent': () => null,
};
const TEXTS: typeof ATTRIBUTES = {
  ...ATTRIBUTES,
  name: ({ name }) => name,
  'span:name': ({ name }) => name,
  statusMessage: () => null,
};
const DURATIONS: Readonly<Record<string, (span: ModelSpan, trace: ModelTrace) => number | null>> = {
  duration: durationOf,
  'span:duration': durationOf,
  traceDuration: (_span, trace) => traceDurationOf(trace),
  'trace:duration': (_span, trace) => traceDurationOf(trace),
};

function durationOf({ startMs, endMs }: ModelSpan): number | null {
  return endMs === undefined ? null : endMs - startMs;
}

function traceDurationOf(trace: ModelTrace): number | null {
  const spans = spansOf(trace);
  const ends = spans.flatMap(({ endMs }) => endMs ?? []);
  return ends.length === 0 ? null : Math.max(0, Math.max(...ends) - Math.min(...spans.map(({ startMs }) => startMs)));
}

const ORDERS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
};
const keysOf = (table: Readonly<Record<string, unknown>>) => fc.constantFrom(...Object.keys(table));

const textComparison = fc
  .tuple(
    keysOf(TEXTS),
    fc.constantFrom('=', '!='),
    fc.constantFrom('gateway', 'cart', 'SELECT cart', 'charge "card"\n', '/cart', 'gold', 'a', '200', 'true'),
    fc.boolean(),
  )
  .map(([name, operator, value, isRaw]): Said => {
    const literal = isRaw && !value.includes('\n') ? `\`${value}\`` : JSON.stringify(value);
    return {
      text: `${name}${operator}${literal}`,
      holds: (span) => {
        const actual = TEXTS[name]?.(span) ?? null;
        return actual !== null && (actual === value) === (operator === '=');
      },
    };
  });
const patternComparison = fc
  .tuple(
    keysOf(TEXTS),
    fc.constantFrom('=~', '!~'),
    fc.constantFrom('g.*', '.*ca.*', 'gold|a', '[a-z]+', String.raw`\w+`),
  )
  .map(
    ([name, operator, pattern]): Said => ({
      text: `${name} ${operator} ${JSON.stringify(pattern)}`,
      holds: (span) => {
        const actual = TEXTS[name]?.(span) ?? null;
        return actual !== null && new RegExp(`^(?:${pattern})$`, 's').test(actual) === (operator === '=~');
      },
    }),
  );
const numberComparison = fc
  .tuple(keysOf(ATTRIBUTES), fc.constantFrom('>', '>=', '<', '<='), fc.constantFrom('0', '1', '200', '-3', '0.5'))
  .filter(([name]) => name !== 'resource.service.name')
  .map(
    ([name, operator, value]): Said => ({
      text: `${name} ${operator} ${value}`,
      holds: (span) => {
        const actual = ATTRIBUTES[name]?.(span) ?? '';
        return actual !== '' && ORDERS[operator]?.(Number(actual), Number(value)) === true;
      },
    }),
  );
const valueComparison = fc
  .tuple(
    fc.constantFrom('.retries', 'span.http.route'),
    fc.constantFrom('=', '!='),
    fc.constantFrom('200', '-3', 'true', '0.5'),
  )
  .map(
    ([name, operator, value]): Said => ({
      text: `${name} ${operator} ${value}`,
      holds: (span) => {
        const actual = ATTRIBUTES[name]?.(span) ?? null;
        return actual !== null && (actual === value) === (operator === '=');
      },
    }),
  );
const durationComparison = fc
  .tuple(
    keysOf(DURATIONS),
    keysOf(ORDERS),
    fc.constantFrom(['250ms', 250], ['0.8s', 800], ['1s250us', 1000.25], ['0', 0] as const),
  )
  .map(
    ([name, operator, [text, ms]]): Said => ({
      text: `${name}${operator}${text}`,
      holds: (span, trace) => {
        const actual = DURATIONS[name]?.(span, trace) ?? null;
        return actual !== null && ORDERS[operator]?.(actual, Number(ms)) === true;
      },
    }),
  );
const keywordComparison = fc
  .tuple(
    fc.oneof(
      fc.tuple(fc.constantFrom('status', 'span:status'), fc.constantFrom('ok', 'error', 'unset')),
      fc.tuple(fc.constantFrom('kind', 'span:kind'), fc.constantFrom(...KINDS)),
    ),
    fc.constantFrom('=', '!='),
  )
  .map(
    ([[name, value], operator]): Said => ({
      text: `${name} ${operator} ${value}`,
      holds: ({ status, kind }) => {
        const actual = name.endsWith('status') ? status.toLowerCase() : (KINDS[kind] ?? 'unspecified');
        return (actual === value) === (operator === '=');
      },
    }),
  );
const comparison = fc.oneof(
  textComparison,
  patternComparison,
  numberComparison,
  valueComparison,
  durationComparison,
  keywordComparison,
);

/** `&&` and `||` bind alike, from the left. */
function chain(first: Said, rest: readonly (readonly [string, Said])[]): Said {
  return rest.reduce(
    (left, [sign, right]) => ({
      text: `${left.text} ${sign} ${right.text}`,
      holds: (span, trace) =>
        sign === '&&'
          ? left.holds(span, trace) && right.holds(span, trace)
          : left.holds(span, trace) || right.holds(span, trace),
    }),
    first,
  );
}

const rest = (term: fc.Arbitrary<Said>, maxLength: number) =>
  fc.array(fc.tuple(fc.constantFrom('&&', '||'), term), { maxLength });
const bracketed = fc
  .tuple(comparison, rest(comparison, 2))
  .map(([first, more]) => chain(first, more))
  .map(({ text, holds }): Said => ({ text: `( ${text})`, holds }));
const term = fc.oneof({ weight: 3, arbitrary: comparison }, { weight: 1, arbitrary: bracketed });
const filter = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Said>({ text: '', holds: () => true }) },
  { weight: 6, arbitrary: fc.tuple(term, rest(term, 3)).map(([first, more]) => chain(first, more)) },
);
const count = fc.option(fc.tuple(keysOf(ORDERS), fc.integer({ min: 0, max: 4 })), { nil: undefined });

describe('a query in TraceQL', () => {
  it('finds the traces that a loop over all spans finds', async () => {
    await fc.assert(
      fc.asyncProperty(modelTraces, filter, count, async (traces, { text, holds }, counted) => {
        const [operator = '>', number = 0] = counted ?? [];
        const query = `{ ${text} }${counted === undefined ? '' : ` | count() ${operator} ${number}`}`;
        const reader = readerOf(await writeArchive(traces));
        const { traces: found } = await reader.find({ window: ALL, limit: 100, ...parseTraceql(query) });
        const expected = traces.flatMap((trace) => {
          const matched = spansOf(trace).filter((span) => holds(span, trace)).length;
          return matched > 0 && ORDERS[operator]?.(matched, number) === true ? [[trace.traceId, matched]] : [];
        });
        expect(found.map(({ traceId, matchedCount }) => [traceId, matchedCount]).sort()).toEqual(expected.sort());
      }),
      { numRuns: 150 },
    );
  });

  it('counts before it limits, also for the slowest', async () => {
    await fc.assert(
      fc.asyncProperty(modelTraces, async (traces) => {
        const reader = readerOf(await writeArchive(traces));
        const { matchedCount } = parseTraceql('{} | count() >= 3');
        const large = traces.filter((trace) => spansOf(trace).length >= 3).length;
        for (const order of ['newest', 'slowest'] as const) {
          const { traces: found } = await reader.find({
            window: ALL,
            limit: 2,
            order,
            ...(matchedCount && { matchedCount }),
          });
          expect(found).toHaveLength(Math.min(2, large));
          expect(found.every((trace) => trace.spanCount >= 3)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('has the roots, escapes and large numbers of the query in its condition', () => {
    const conditionOf = (query: string) => parseTraceql(query).condition;
    expect(conditionOf('{rootServiceName="a" && trace:rootName!="b" && trace:rootService=~`c\\d`}')).toEqual({
      all: [
        { field: { of: 'trace', name: 'rootService' }, operator: '=', value: 'a' },
        { field: { of: 'trace', name: 'rootName' }, operator: '!=', value: 'b' },
        { field: { of: 'trace', name: 'rootService' }, operator: '=~', value: 'c\\d' },
      ],
    });
    expect(conditionOf(String.raw`{ span."a key \"x\"".b = "\t\u00e9\U0001F600\\" }`)).toEqual({
      field: { of: 'attribute', scope: 'span', key: 'a key "x".b' },
      operator: '=',
      value: '\té😀\\',
    });
    const value = (text: string) => (conditionOf(`{ .x = ${text} }`) as { readonly value: unknown }).value;
    expect(['9007199254740993', '-9007199254740993', '007', '1.50', '1e3', '100ms', '-2h', '1d'].map(value)).toEqual([
      '9007199254740993',
      '-9007199254740993',
      7,
      1.5,
      1000,
      100e6,
      -7200e9,
      86_400e9,
    ]);
    expect(parseTraceql(' { } ')).toEqual({});
  });

  it('has what must be on a line, also inside of brackets, and nothing of alternatives', () => {
    const { condition = { all: [] } } = parseTraceql(
      '{ (.a = "x" && (span.b > 1)) && (.c = 1 || .d = 2) && name = "n" }',
    );
    expect(needlesOf(condition)).toEqual(['a', 'x', 'b']);
  });

  it('is refused when it says anything else, which the message names and points at', () => {
    for (const [query, at, message] of [
      ['', 1, 'expected {, got the end'],
      ['{', 2, 'expected a field, got the end'],
      ['{ status = error', 17, 'expected }, got the end'],
      ['{ .a = 1 } foo', 12, 'expected the end, got foo'],
      ['{ .a = 1 } && { .b = 2 }', 12, '&& behind { … } is not supported: there is one { … } in a query'],
      ['{ .a = 1 } >> { .b = 2 }', 12, '>> behind'],
      ['{ .a = 1 } !~ { .b = 2 }', 12, '!~ behind'],
      ['{ .a = 1 } &>> { .b = 2 }', 12, '&>> behind'],
      ['({ .a = 1 })', 1, 'brackets around'],
      ['{ .a = 1 } | avg(duration) > 1s', 14, '| avg(…) is not supported'],
      ['{ .a = 1 } | rate()', 14, '| rate(…) is not supported'],
      ['{ .a = 1 } | { .b = 2 }', 14, '| { is not supported'],
      ['{ .a = 1 } | select(.b)', 14, '| select(…) is not supported'],
      ['{ .a = 1 } | count() > 1 | count() < 5', 26, 'more than one | is not supported'],
      ['{ .a = 1 } | count() =~ 1', 22, 'expected =, !=, >'],
      ['{ .a = 1 } | count() > 1s', 24, 'expected a number behind count()'],
      ['{ .a = 1 } with(most_recent=true)', 12, 'with(…) is not supported'],
      ['count() > 2', 1, 'count without a { … }'],
      ['{ true }', 3, 'true by itself is not supported'],
      ['{ .a }', 6, 'expected one of = != =~ !~ > >= < <= behind .a, got }'],
      ['{ !(.a = 1) }', 3, '! (not) is not supported'],
      ['{ -.a = 1 }', 3, 'arithmetic (-) is not supported'],
      ['{ 1 = .a }', 3, 'a value on the left is not supported'],
      ['{ .a = .b }', 8, 'comparing two fields is not supported'],
      ['{ .a = name }', 8, 'comparing two fields is not supported'],
      ['{ .a + 1 = 2 }', 6, 'arithmetic (+) is not supported'],
      ['{ .a = 1 + 2 }', 10, 'arithmetic (+) is not supported'],
      ['{ .a != nil }', 9, 'nil is not supported'],
      ['{ event.exception.type = "a" }', 3, 'event.exception.type is not supported'],
      ['{ parent.a = 1 }', 3, 'parent.a is not supported'],
      ['{ link:spanID = "a" }', 3, 'link:spanID is not supported'],
      ['{ span:childCount > 1 }', 3, 'span:childCount is not supported'],
      ['{ nestedSetParent < 0 }', 3, 'nestedSetParent is not supported'],
      ['{ http.route = "/" }', 3, 'expected a field, got http'],
      ['{ name > "a" }', 10, 'their order is not supported'],
      ['{ .a >= "a" }', 9, 'their order is not supported'],
      ['{ name = 1 }', 10, 'this field takes a text in double quotes'],
      ['{ .a =~ 1 }', 9, '=~ takes a regular expression'],
      ['{ .a = error }', 8, 'an attribute takes a text'],
      ['{ .a > true }', 8, 'an attribute takes a text'],
      ['{ .a = -true }', 9, 'expected a number or a duration behind -'],
      ['{ status = "error" }', 12, 'status takes = or != and one of unset, ok, error, without quotes, got = "error"'],
      ['{ status > error }', 12, 'status takes = or !='],
      ['{ kind = error }', 10, 'kind takes = or !='],
      ['{ duration =~ "1s" }', 15, 'a duration takes'],
      ["{ name = 'a' }", 10, '"\'" is not expected: texts stand in double quotes'],
      ['{ name = "a }', 10, 'the text that begins here has no end'],
      [String.raw`{ name =~ "\d+" }`, 12, String.raw`\d is not an escape`],
      [String.raw`{ name = "\UFFFFFFFF" }`, 11, 'is not an escape'],
      ['{ span. = 1 }', 3, 'expected the key of an attribute'],
      ['{ .a = 1 && }', 13, 'expected a field, got }'],
      ['{ .a = }', 8, 'expected a value, got }'],
      [`{ ${'('.repeat(30)}.a = 1`, 23, 'more than 20 brackets inside brackets'],
      ['{ .a = 1 # b }', 10, '"#" is not expected'],
    ] as const) {
      let said = 'nothing';
      try {
        parseTraceql(query);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidQueryError);
        said = String((error as Error).message);
      }
      expect({ query, said }).toEqual({ query, said: expect.stringContaining(`TraceQL, position ${at}: `) });
      expect({ query, said }).toEqual({ query, said: expect.stringContaining(message) });
    }
    expect(() => parseTraceql(`{ ${Array(200).fill('.a = 1').join(' && ')} }`)).toThrow(/may have 100 comparisons/);
  });

  it('is never more than refused, whatever it is', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      '&&',
      '||',
      '|',
      '.a',
      'name',
      '=',
      '=~',
      '>',
      '"',
      '`',
      '1',
      's',
      '\\',
      'count',
      '-',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
        ),
        (query) => {
          try {
            parseTraceql(query);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidQueryError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
