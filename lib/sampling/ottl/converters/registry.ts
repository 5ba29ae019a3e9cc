import { CODE_CONVERTERS } from './code-converters.ts';
import type { ConverterDefinition } from './converter-definition.ts';
import { LIST_CONVERTERS } from './list-converters.ts';
import { SPAN_CONVERTERS } from './span-converters.ts';
import { TEXT_CONVERTERS } from './text-converters.ts';
import { TIME_CONVERTERS } from './time-converters.ts';
import { TYPE_CONVERTERS } from './type-converters.ts';

const ALL = [
  ...TEXT_CONVERTERS,
  ...TYPE_CONVERTERS,
  ...LIST_CONVERTERS,
  ...SPAN_CONVERTERS,
  ...TIME_CONVERTERS,
  ...CODE_CONVERTERS,
];

/** Every converter that conditions can use. */
export const CONVERTERS: ReadonlyMap<string, ConverterDefinition> = new Map(
  ALL.map((definition) => [definition.name, definition]),
);
