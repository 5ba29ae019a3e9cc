import fc from 'fast-check';
import type { ConfigBlock } from './case.ts';
import { KEYS } from './vocabulary.ts';

const VALUES = ['"a"', '"GET /health"', '""', '500', '404', '0', '-1', '500.0', '500.5', 'true', 'false', 'nil'];
const OPERATORS = ['==', '!=', '<', '<=', '>', '>='];

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
    path.map((at) => `${at} + 1 > 404`),
  );
  return fc.oneof(
    { weight: 4, arbitrary: simple },
    fc.tuple(simple, fc.constantFrom('and', 'or'), simple).map((parts) => parts.join(' ')),
    fc.tuple(simple, simple, simple).map(([a, b, c]) => `not (${a}) and (${b} or ${c})`),
  );
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
