import { CODE_CONVERTERS } from './code-converters.ts';
import type { ConverterDefinition } from './converter-definition.ts';
import { FORMAT_TIME_CONVERTERS } from './format-time-converters.ts';
import { HASH_CONVERTERS } from './hash-converters.ts';
import { LIST_CONVERTERS } from './list-converters.ts';
import { NETWORK_CONVERTERS } from './network-converters.ts';
import { PARSE_CONVERTERS } from './parse-converters.ts';
import { SPAN_CONVERTERS } from './span-converters.ts';
import { TEXT_CONVERTERS } from './text-converters.ts';
import { TIME_CONVERTERS } from './time-converters.ts';
import { TYPE_CONVERTERS } from './type-converters.ts';
import { XML_CONVERTERS } from './xml-converters.ts';

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
