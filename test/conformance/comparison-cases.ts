import fc from 'fast-check';
import type { AttributeValue, Case } from './case.ts';

const ATTRIBUTES: readonly (readonly [string, AttributeValue])[] = [
  ['string', 'a'],
  ['empty', ''],
  ['int', 1n],
  ['double', 1],
  ['nan', Number.NaN],
  ['bool', true],
  ['bytes', Uint8Array.of(97)],
  ['noBytes', new Uint8Array()],
  ['list', ['a']],
  ['noList', []],
  ['ints', [1n]],
  ['null', null],
];

/** The Collector panics where it compares this with another one of its kind. */
const TEXT_LIST = 'Split("a", " ")';

/** Something of each type that an OTTL expression can have, empty where it can be. */
const EXPRESSIONS = [
  ...ATTRIBUTES.map(([name]) => `attributes["${name}"]`),
  'attributes["missing"]',
  'attributes',
  'resource.attributes',
  'name',
  'kind',
  'status',
  'events',
  'links',
  'trace_id',
  'span_id',
  'parent_span_id',
  'trace_state',
  'start_time',
  'end_time - start_time',
  'nil',
  'true',
  '"a"',
  '""',
  '1',
  '1.0',
  '0x61',
  '[]',
  '["a"]',
  '[1]',
  '[nil]',
  '[[]]',
  '[{}]',
  '[name]',
  '{}',
  '{"a": 1}',
  '{"a": []}',
  '{"a": name}',
  'STATUS_CODE_OK',
  'Duration("1ms")',
  'Unix(0)',
  TEXT_LIST,
  'Split(name, "x")[0]',
  'Keys(attributes["missing"])',
  'Keys({})',
  'Values({"a": 1})',
  'ParseJSON("[]")',
  'ParseJSON("{}")',
  'ParseJSON("[1, null, []]")[1]',
  'ParseCSV("x", "a")["a"]',
  'ParseCSV("", "a")["a"]',
  'ParseKeyValue("a=1")',
  'Sort([])',
  'Sort(["a"])',
  'SliceToMap([])',
  'ExtractPatterns("a", "(?P<a>b)")',
  'Decode("http", "base64")',
  'Decode("", "base64")',
  'Substring("\\u00e9", 0, 1)',
  'URL("http://a:80/")["url.port"]',
  'Hex(nil)',
  'String(nil)',
  'Int(nil)',
  'Coalesce([nil])',
  'Concat([], "")',
  'TraceID("00000000000000000000000000000000")',
  'IsEmpty(nil)',
];
const OPERATORS = ['==', '!=', '<', '<=', '>', '>='];

/**
 * Two expressions, compared with each other. The first policy keeps the trace where the comparison holds, the second where
 * it does not, and neither where it fails.
 */
export const comparisonCases: fc.Arbitrary<Case> = fc
  .tuple(fc.constantFrom(...EXPRESSIONS), fc.constantFrom(...OPERATORS), fc.constantFrom(...EXPRESSIONS))
  .filter(([left, , right]) => left !== TEXT_LIST || right !== TEXT_LIST)
  .map((parts) => parts.join(' '))
  .map((condition) => ({
    config: { policies: [policy('holds', condition), policy('not', `not (${condition})`)] },
    ...ONE_TRACE,
  }));

function policy(name: string, condition: string) {
  return { name, type: 'ottl_condition', ottl_condition: { error_mode: 'propagate', span: [condition] } };
}

const ONE_TRACE: Omit<Case, 'config'> = {
  resources: [[['service.name', 'a']]],
  traces: [
    {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spans: [
        {
          request: 0,
          resource: 0,
          scope: 0,
          isRoot: true,
          name: 'a',
          kind: 1,
          startTimeUnixNano: 0n,
          endTimeUnixNano: 1_000_000n,
          statusCode: 1,
          flags: 0,
          traceState: '',
          attributes: ATTRIBUTES,
          events: [],
        },
      ],
    },
  ],
};
