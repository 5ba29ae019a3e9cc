/**
 * The list of converters. A new one is an entry in the file of its family, with an example above it, and in
 * `docs/ottl.md`, which `vitest --update` writes.
 */
import { CODE_CONVERTERS } from './code-converters.ts';
import type { ConverterDefinition } from './converter-definition.ts';
import { HASH_CONVERTERS } from './hash-converters.ts';
import { LIST_CONVERTERS } from './list-converters.ts';
import { NETWORK_CONVERTERS } from './network-converters.ts';
import { PARSE_CONVERTERS } from './parse-converters.ts';
import { PATTERN_CONVERTERS } from './pattern-converters.ts';
import { SPAN_CONVERTERS } from './span-converters.ts';
import { TEXT_CONVERTERS } from './text-converters.ts';
import { FORMAT_TIME_CONVERTERS, TIME_CONVERTERS } from './time-converters.ts';
import { TYPE_CONVERTERS } from './type-converters.ts';

/** Reasons why conditions cannot use a converter, as `docs/ottl.md` and the error messages give them. */
const IMPURE = 'a decision must not depend on when or where it is made';
const XPATH = 'it needs XPath; use ParseXML or ParseSimplifiedXML';
const GATED = 'it is experimental in the Collector and off by default';

/** Converters of the Collector that conditions here cannot use, and why. */
export const UNSUPPORTED_CONVERTERS: ReadonlyMap<string, string> = new Map([
  ...['Now', 'UUID', 'UUIDv7'].map((name) => [name, IMPURE] as const),
  ...['ConvertAttributesToElementsXML', 'ConvertTextToElementsXML', 'GetXML', 'InsertXML', 'RemoveXML'].map(
    (name) => [name, XPATH] as const,
  ),
  ...['Any', 'All', 'Filter', 'Find', 'MapEach', 'MapKeys', 'Reduce', 'When', 'SanitizeUTF8'].map(
    (name) => [name, GATED] as const,
  ),
  ['UserAgent', 'its list of patterns would make the functions larger than a megabyte; use IsMatch'],
]);

/** Every converter that conditions can use. Add a family here. */
const ALL = [
  ...TEXT_CONVERTERS,
  ...PATTERN_CONVERTERS,
  ...TYPE_CONVERTERS,
  ...LIST_CONVERTERS,
  ...SPAN_CONVERTERS,
  ...TIME_CONVERTERS,
  ...FORMAT_TIME_CONVERTERS,
  ...CODE_CONVERTERS,
  ...PARSE_CONVERTERS,
  ...HASH_CONVERTERS,
  ...NETWORK_CONVERTERS,
];

/** The converters by name. */
export const CONVERTERS: ReadonlyMap<string, ConverterDefinition> = new Map(
  ALL.map((definition) => [definition.name, definition]),
);
