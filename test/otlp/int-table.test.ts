import { describe, expect, it } from 'vitest';
import { IntTable, TableSpace } from '../../lib/otlp/trace/int-table.ts';

function add(table: IntTable, a: number, b: number): void {
  const row = table.addRow();
  table.cells[row] = a;
  table.cells[row + 1] = b;
}

/** A table of pairs `[seed + i, -i]`. */
function tableOf(space: TableSpace, seed: number, rows: number): IntTable {
  const table = new IntTable(space);
  for (let i = 0; i < rows; i++) add(table, seed + i, -i);
  return table;
}

function rowsOf(table: IntTable): number[][] {
  return Array.from({ length: table.length }, (_, row) => [table.get(row, 0), table.get(row, 1)]);
}

describe('IntTable', () => {
  it('keeps its rows while other tables come and go, small ones and large ones', () => {
    const space = new TableSpace(2);
    const sizes = Array.from({ length: 600 }, (_, i) => (i % 97 === 0 ? 9000 : i % 41));
    const tables = sizes.map((rows, i) => tableOf(space, i * 1e6, rows));
    for (const [i, table] of tables.entries()) {
      expect(table.length).toBe(sizes[i]);
      const isRight = rowsOf(table).every(([a, b], row) => a === i * 1e6 + row && b === -row);
      expect(isRight, `table ${i}`).toBe(true);
    }
  });

  it('keeps its rows when another table is filled in between', () => {
    const space = new TableSpace(2);
    tableOf(space, 0, 1); // Now there is a block, in which all three start.
    const tables = [new IntTable(space), new IntTable(space), new IntTable(space)];
    for (let i = 0; i < 50; i++) for (const [number, table] of tables.entries()) add(table, number, i);
    for (const [number, table] of tables.entries()) {
      expect(rowsOf(table)).toEqual(Array.from({ length: 50 }, (_, i) => [number, i]));
    }
  });

  it('copies its own rows also when the copy moves it', () => {
    const space = new TableSpace(2);
    tableOf(space, 0, 1);
    const table = tableOf(space, 7, 1);
    tableOf(space, 0, 1);
    table.addCopy(table, 0);
    expect(rowsOf(table)).toEqual([
      [7, 0],
      [7, 0],
    ]);
  });

  it('shares memory with small tables only, so that nothing keeps the memory of a large one', () => {
    const space = new TableSpace(2);
    const large = tableOf(space, 0, 100_000);
    const after = tableOf(space, 0, 10);
    expect(after.cells === large.cells).toBe(false);
    expect(after.cells.length).toBeLessThan(20_000);
    expect(large.cells.length).toBeLessThan(2 * 2 * 100_001);
    const many = Array.from({ length: 1000 }, (_, i) => tableOf(space, i, 10));
    expect(new Set(many.map(({ cells }) => cells)).size).toBeLessThan(4);
  });
});
