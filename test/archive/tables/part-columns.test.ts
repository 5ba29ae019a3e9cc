import { describe, expect, it } from 'vitest';
import { PART_COLUMNS, spansColumns, tracesColumns } from '../../../lib/archive/tables/columns.ts';

describe('the columns of a part', () => {
  it('are those of both views, once each, with their types, and the one that tells them apart', () => {
    const types = new Map(PART_COLUMNS.map(({ name, glueType }) => [name, glueType]));
    expect(types.size).toBe(PART_COLUMNS.length);
    const views = [...spansColumns(false), ...tracesColumns(false)].filter(
      ({ name }) => !['dt', 'hour'].includes(name),
    );
    for (const { name, glueType } of views) expect(types.get(name), name).toBe(glueType);
    expect([...types.keys()].filter((name) => !views.some((column) => column.name === name))).toEqual(['record']);
  });

  it('have the large ones last, and the IDs after them', () => {
    expect(PART_COLUMNS.map(({ name }) => name).slice(-5)).toEqual([
      'resource_attributes',
      'attributes',
      'trace_id',
      'span_id',
      'parent_span_id',
    ]);
  });
});
