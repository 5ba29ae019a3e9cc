import { type MessageName, type MessageSchema, OTLP_MESSAGES, type ScalarType } from '../../otlp/protobuf/schema.ts';
import type { DataType, Field } from './data-type.ts';

/**
 * How OTLP/JSON writes each type. Numbers that it writes as strings stay text: the Hive JSON SerDe fails the whole query
 * on a string in a `bigint` or on `"NaN"` in a `double`.
 */
const SCALARS: Readonly<Record<ScalarType, DataType>> = {
  string: 'text',
  bytes: 'text',
  id: 'text',
  bool: 'boolean',
  int32: 'integer',
  uint32: 'bigint',
  int64: 'text',
  fixed32: 'bigint',
  fixed64: 'text',
  double: 'text',
  SpanKind: 'integer',
  StatusCode: 'integer',
};

/** Fields that belong to profiles; the archive leaves them out of traces. */
const NOT_IN_TRACES = ['keyStrindex', 'stringValueStrindex'];

/** What is nested deeper in an attribute is NULL in this table; `traces_raw` has it. */
const LIST_LEVELS = 1;

/**
 * The type of `resourceSpans` in an archive line. It has every field that the archive writes. Attribute values, which
 * recurse in OTLP, are unrolled to lists of single values.
 */
export const RESOURCE_SPANS_TYPE: DataType = { list: messageType('ResourceSpans', LIST_LEVELS) };

/** The fields of a message by their names in the table, in the order of the table. */
export function otlpFields(message: MessageName, listLevels: number = LIST_LEVELS): readonly Field[] {
  const { name, fields } = schemaOf(message);
  return fields
    .filter((field) => !NOT_IN_TRACES.includes(field.name))
    .filter((field) => name !== 'AnyValue' || listLevels > 0 || isScalar(field.type))
    .map((field) => {
      const levels = name === 'AnyValue' ? listLevels - 1 : listLevels;
      const type = isScalar(field.type) ? SCALARS[field.type] : messageType(field.type, levels);
      return { name: field.name.toLowerCase(), type: field.repeated ? { list: type } : type };
    });
}

function messageType(message: MessageName, listLevels: number): DataType {
  return { fields: otlpFields(message, listLevels) };
}

function schemaOf(message: MessageName): MessageSchema {
  const schema = OTLP_MESSAGES.find(({ name }) => name === message);
  if (schema === undefined) throw new Error(`OTLP has no message ${message}`);
  return schema;
}

function isScalar(type: ScalarType | MessageName): type is ScalarType {
  return type in SCALARS;
}
