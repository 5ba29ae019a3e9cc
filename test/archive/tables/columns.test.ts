import { describe, expect, it } from 'vitest';
import { spansColumns, tracesColumns } from '../../../lib/archive/tables/columns.ts';

// The names, order and types that users and saved queries rely on, written down apart from the code.
const SPANS = [
  ['trace_id', 'string', 'varchar'],
  ['span_id', 'string', 'varchar'],
  ['parent_span_id', 'string', 'varchar'],
  ['service', 'string', 'varchar'],
  ['name', 'string', 'varchar'],
  ['kind', 'string', 'varchar'],
  ['start_time', 'timestamp', 'timestamp(3)'],
  ['start_ns', 'bigint', 'bigint'],
  ['end_ns', 'bigint', 'bigint'],
  ['duration_ms', 'double', 'double'],
  ['status', 'string', 'varchar'],
  ['status_code', 'int', 'integer'],
  ['status_message', 'string', 'varchar'],
  ['http_method', 'string', 'varchar'],
  ['http_route', 'string', 'varchar'],
  ['http_status', 'int', 'integer'],
  ['db_system', 'string', 'varchar'],
  ['db_query', 'string', 'varchar'],
  ['attributes', 'map<string,string>', 'map(varchar,varchar)'],
  ['resource_attributes', 'map<string,string>', 'map(varchar,varchar)'],
  ['exception_type', 'string', 'varchar'],
  ['exception_message', 'string', 'varchar'],
  [
    'events',
    'array<struct<time_ns:bigint,name:string,attributes:map<string,string>>>',
    'array(row("time_ns" bigint,"name" varchar,"attributes" map(varchar,varchar)))',
  ],
  ['links', 'array<struct<trace_id:string,span_id:string>>', 'array(row("trace_id" varchar,"span_id" varchar))'],
  ['linked_trace_ids', 'array<string>', 'array(varchar)'],
  ['scope_name', 'string', 'varchar'],
  ['scope_version', 'string', 'varchar'],
  ['trace_state', 'string', 'varchar'],
  ['root_service', 'string', 'varchar'],
  ['root_name', 'string', 'varchar'],
  ['trace_start_time', 'timestamp', 'timestamp(3)'],
  ['trace_duration_ms', 'double', 'double'],
  ['trace_status', 'string', 'varchar'],
  ['sampling_policy', 'string', 'varchar'],
  ['sample_weight', 'double', 'double'],
  ['decided_at', 'timestamp', 'timestamp(3)'],
  ['seq', 'int', 'integer'],
  ['dt', 'string', 'varchar'],
  ['hour', 'int', 'integer'],
];

const TRACES = [
  ['trace_id', 'string', 'varchar'],
  ['start_time', 'timestamp', 'timestamp(3)'],
  ['duration_ms', 'double', 'double'],
  ['root_service', 'string', 'varchar'],
  ['root_name', 'string', 'varchar'],
  ['services', 'array<string>', 'array(varchar)'],
  ['span_count', 'int', 'integer'],
  ['error_count', 'int', 'integer'],
  ['status', 'string', 'varchar'],
  ['sampling_policy', 'string', 'varchar'],
  ['sample_weight', 'double', 'double'],
  ['decided_at', 'timestamp', 'timestamp(3)'],
  ['dt', 'string', 'varchar'],
  ['hour', 'int', 'integer'],
];

describe('view columns', () => {
  it.each([
    { view: 'traces', columns: tracesColumns(false), expected: TRACES },
    { view: 'spans', columns: spansColumns(false), expected: SPANS },
  ])('lists the columns of $view in order, with their Glue and Trino types', ({ columns, expected }) => {
    expect(columns.map(({ name, glueType, trinoType }) => [name, glueType, trinoType])).toEqual(expected);
  });

  it('explains every column in a sentence', () => {
    for (const column of [...tracesColumns(true), ...spansColumns(true)]) {
      expect(column.meaning, column.name).toMatch(/^\S.{0,253}\.$/);
    }
  });
});
