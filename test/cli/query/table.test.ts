import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../lib/cli/query/display-width.ts';
import { renderTable } from '../../../lib/cli/query/table.ts';

const plain = (width: number) => ({ width, bold: (text: string) => text });
const table = {
  columns: [
    { title: 'service', align: 'left' as const },
    { title: 'n', align: 'right' as const },
  ],
  rows: [
    ['gateway', '7'],
    ['支付', '1234'],
  ],
};

describe('renderTable', () => {
  it('aligns texts to the left, numbers to the right, and counts wide characters as two', () => {
    expect(renderTable(table, plain(80))).toBe(
      ['service     n', '───────  ────', 'gateway     7', '支付     1234', ''].join('\n'),
    );
  });

  it('marks the titles', () => {
    expect(renderTable(table, { width: 80, bold: (text) => `<${text}>` })).toContain('<service     n>');
  });

  it('shows the titles of a result without rows', () => {
    expect(renderTable({ ...table, rows: [] }, plain(80))).toBe('service  n\n───────  ─\n');
  });

  it('cuts the widest column first', () => {
    const wide = { ...table, rows: [['x'.repeat(100), '123456']] };
    const lines = renderTable(wide, plain(40)).trimEnd().split('\n');
    expect(lines[2]).toBe(`${'x'.repeat(31)}…  123456`);
  });

  it('keeps trace IDs whole as long as longer texts can give way', () => {
    const traces = {
      columns: ['trace_id', 'message'].map((title) => ({ title, align: 'left' as const })),
      rows: [['4bf92f3577b34da6a3ce929d0e0e4736', 'the acquirer did not answer in time']],
    };
    expect(renderTable(traces, plain(50))).toContain('4bf92f3577b34da6a3ce929d0e0e4736  the acquirer di…\n');
    expect(renderTable(traces, plain(40))).toContain('4bf92f3577b34da6a3…  the acquirer did n…\n');
  });

  it.each([20, 40, 80, 120])('never draws a line wider than a terminal of %i columns', (width) => {
    const many = {
      columns: Array.from({ length: 9 }, (_, index) => ({ title: `column ${index}`, align: 'left' as const })),
      rows: [Array.from({ length: 9 }, (_, index) => '支x'.repeat(3 * index))],
    };
    for (const line of renderTable(many, plain(width)).split('\n')) {
      expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(width, 'column 0'.length + 12));
    }
  });

  it('lists the columns of each row when they cannot stand side by side', () => {
    const many = {
      columns: ['trace_id', 'name', 'status'].map((title) => ({ title, align: 'left' as const })),
      rows: [['4bf92f3577b34da6', 'POST /checkout', 'ERROR']],
    };
    expect(renderTable(many, plain(24))).toBe(
      ['row 1', 'trace_id  4bf92f3577b34…', 'name      POST /checkout', 'status    ERROR', '', ''].join('\n'),
    );
  });
});
