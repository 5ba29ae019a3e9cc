import fc from 'fast-check';
import type { ConfigBlock } from './case.ts';
import { KEYS } from './vocabulary.ts';

const VALUES = [
  '0x61',
  '["a"]',
  '[]',
  '{"a": 1}',
  'Duration("1ms")',
  '"a"',
  '"GET /health"',
  '""',
  '500',
  '404',
  '0',
  '-1',
  '500.0',
  '500.5',
  'true',
  'false',
  'nil',
];
const OPERATORS = ['==', '!=', '<', '<=', '>', '>='];

/** Of a path, which stands where the $ is. */
const CONVERSIONS = [
  'String($)',
  'Double($)',
  'Bool($)',
  'ToLowerCase($)',
  'Hex($)',
  'FNV($)',
  'MD5($)',
  'SHA1($)',
  'SHA256($)',
  'SHA512($)',
  'Murmur3Hash($)',
  'Murmur3Hash128($)',
  'Format("%v", [String($)])',
  'Format("%6.2f|%t|%d", [$, $, $])',
  'ParseKeyValue($, " ", "/")["GET"]',
  'ParseCSV($, "a,b", " ")["b"]',
  'Decode($, "base64")',
  'Decode($, "latin1")',
  'Split($, " ")[0]',
  'Trim($, "a")',
];
const TESTS = [
  'IsMap($)',
  'IsEmpty($)',
  'IsInCIDR($, ["0.0.0.0/0"])',
  'IsMatch(Format("%s", [String($)]), "^5")',
  'ContainsValue($, "a")',
  'Murmur3Hash($) == "b269253c"',
  'MD5($) == "0cc175b9c0f1b6a831c399e269772661"',
  'Len(SHA512($)) == 128',
  'Time($, "%Y") > Unix(0)',
  'Decode($, "utf-8") != String($)',
];

const key = fc.constantFrom(...KEYS).map((name) => JSON.stringify(name));
const onSpanPath = fc.oneof(
  key.map((name) => `attributes[${name}]`),
  key.map((name) => `resource.attributes[${name}]`),
  fc.constantFrom('name', 'kind', 'status.code', 'flags', 'trace_state', 'scope.name', 'dropped_attributes_count'),
);
const onEventPath = fc.oneof(
  key.map((name) => `attributes[${name}]`),
  key.map((name) => `span.attributes[${name}]`),
  key.map((name) => `resource.attributes[${name}]`),
  fc.constantFrom('name', 'span.name', 'span.status.code'),
);

/** Only attributes can be indexed. */
function indexed(path: string, index: string): string {
  return path.endsWith(']') ? `${path}${index} == "a"` : `${path} == "a"`;
}

/** Comparisons, the functions that real configurations use, and what is made of both. */
function conditions(path: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const value = fc.constantFrom(...VALUES);
  const operator = fc.constantFrom(...OPERATORS);
  const simple = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(path, operator, value).map((parts) => parts.join(' ')) },
    { weight: 1, arbitrary: fc.tuple(path, operator, path).map((parts) => parts.join(' ')) },
    fc.tuple(path, fc.constantFrom('^a', 'h$', '[0-9]+', '(?i)get', '')).map(([at, re]) => `IsMatch(${at}, "${re}")`),
    path.map((at) => `Substring(${at}, 0, 1) == "a"`),
    path.map((at) => `HasPrefix(${at}, "GET")`),
    path.map((at) => `Len(${at}) > 1`),
    path.map((at) => `Int(${at}) >= 404`),
    path.map((at) => `Concat([${at}, "x"], "-") == "a-x"`),
    fc
      .tuple(fc.constantFrom('IsString', 'IsInt', 'IsDouble', 'IsBool', 'IsList'), path)
      .map(([f, at]) => `${f}(${at})`),
    fc
      .tuple(path, fc.constantFrom('+', '-', '*', '/'), fc.constantFrom('1', '2.5', '-1', '0'), operator)
      .map(([at, sign, by, op]) => `(${at} ${sign} ${by}) * 2 ${op} 404`),
    fc.tuple(path, fc.constantFrom('[0]', '["a"]', '[1]')).map(([at, index]) => indexed(at, index)),
    fc.tuple(path, fc.constantFrom(...CONVERSIONS), operator, value).map(([at, call, op, other]) => {
      return `${call.replaceAll('$', () => at)} ${op} ${other}`;
    }),
    fc.tuple(path, fc.constantFrom(...TESTS)).map(([at, call]) => call.replaceAll('$', () => at)),
  );
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 4, arbitrary: simple },
      fc
        .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
        .map(([a, word, b]) => `(${a}) ${word} ${b}`),
      tie('condition').map((term) => `not (${term})`),
    ),
  }));
  return condition;
}

/** The options of an `ottl_condition`. */
export const ottlConditions: fc.Arbitrary<ConfigBlock> = fc
  .record({
    error_mode: fc.constantFrom(undefined, 'ignore', 'silent', 'propagate'),
    span: fc.array(fc.oneof({ weight: 5, arbitrary: conditions(onSpanPath) }, fc.constant('IsRootSpan()')), {
      maxLength: 3,
    }),
    spanevent: fc.array(conditions(onEventPath), { maxLength: 2 }),
  })
  .filter(({ span, spanevent }) => span.length + spanevent.length > 0)
  .map(({ error_mode, ...lists }) => ({ ...(error_mode !== undefined && { error_mode }), ...lists }));
