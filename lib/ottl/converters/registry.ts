import { CODE_CONVERTERS } from './code-converters.ts';
import type { ConverterDefinition } from './converter-definition.ts';
import { HASH_CONVERTERS } from './hash-converters.ts';
import { LIST_CONVERTERS } from './list-converters.ts';
import { NETWORK_CONVERTERS } from './network-converters.ts';
import { PARSE_CONVERTERS } from './parse-converters.ts';
import { SPAN_CONVERTERS } from './span-converters.ts';
import { TEXT_CONVERTERS } from './text-converters.ts';
import { FORMAT_TIME_CONVERTERS, TIME_CONVERTERS } from './time-converters.ts';
import { TYPE_CONVERTERS } from './type-converters.ts';
import { XML_CONVERTERS } from './xml-converters.ts';

const IMPURE = 'a decision must not depend on when or where it is made';
const XML = 'it needs XPath; use ParseXML or ParseSimplifiedXML';
const GATED = 'it is experimental in the Collector and off by default';

/** Converters that the Collector has and conditions here cannot use, and why. */
export const UNSUPPORTED_CONVERTERS: ReadonlyMap<string, string> = new Map([
  ...['Now', 'UUID', 'UUIDv7'].map((name) => [name, IMPURE] as const),
  ...['ConvertAttributesToElementsXML', 'ConvertTextToElementsXML', 'GetXML', 'InsertXML'].map(
    (name) => [name, XML] as const,
  ),
  ...['RemoveXML'].map((name) => [name, XML] as const),
  ...['Any', 'All', 'Filter', 'Find', 'MapEach', 'MapKeys', 'Reduce', 'When', 'SanitizeUTF8'].map(
    (name) => [name, GATED] as const,
  ),
  ['UserAgent', 'its list of patterns would take the functions over a megabyte; use IsMatch'],
]);

const ALL = [
  ...TEXT_CONVERTERS,
  ...TYPE_CONVERTERS,
  ...LIST_CONVERTERS,
  ...SPAN_CONVERTERS,
  ...TIME_CONVERTERS,
  ...FORMAT_TIME_CONVERTERS,
  ...CODE_CONVERTERS,
  ...PARSE_CONVERTERS,
  ...HASH_CONVERTERS,
  ...NETWORK_CONVERTERS,
  ...XML_CONVERTERS,
];

/** Every converter that conditions can use. */
export const CONVERTERS: ReadonlyMap<string, ConverterDefinition> = new Map(
  ALL.map((definition) => [definition.name, definition]),
);
