import { describe, expect, it } from 'vitest';
import { displayWidth, renderTable } from '../../lib/terminal/table.ts';

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

  it('cuts longer texts and never a trace ID', () => {
    const traces = {
      columns: ['trace_id', 'message'].map((title) => ({ title, align: 'left' as const })),
      rows: [['4bf92f3577b34da6a3ce929d0e0e4736', 'the acquirer did not answer in time']],
    };
    expect(renderTable(traces, plain(50))).toContain('4bf92f3577b34da6a3ce929d0e0e4736  the acquirer di…\n');
    expect(renderTable(traces, plain(44))).toContain('4bf92f3577b34da6a3ce929d0e0e4736  the acqui…\n');
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

  it('lists the columns of the only row when they cannot stand side by side', () => {
    const one = {
      columns: ['trace_id', 'name', 'status'].map((title) => ({ title, align: 'left' as const })),
      rows: [['4bf92f3577b34da6', 'POST /checkout', 'ERROR']],
    };
    expect(renderTable(one, plain(24))).toBe(
      ['trace_id  4bf92f3577b34da6', 'name      POST /checkout', 'status    ERROR', ''].join('\n'),
    );
  });

  it('spreads rows over several lines when they cannot stand side by side, and cuts no ID, time or number', () => {
    const rows = [
      ['4bf92f3577b34da6a3ce929d0e0e4736', '2026-09-15 07:12:33.123', 'gateway', '123456789012', 'x'.repeat(90)],
      ['5bf92f3577b34da6a3ce929d0e0e4736', '2026-09-15 07:12:33', 'cart', '7', 'y'],
    ];
    const columns = ['trace_id', 'start', 'service', 'n', 'text'].map((title) => ({
      title,
      align: title === 'n' ? ('right' as const) : ('left' as const),
    }));
    expect(renderTable({ columns, rows }, plain(70))).toBe(
      [
        'trace_id                          start                    service',
        '             n',
        '  text',
        `${'─'.repeat(32)}  ${'─'.repeat(23)}  ${'─'.repeat(7)}`,
        '4bf92f3577b34da6a3ce929d0e0e4736  2026-09-15 07:12:33.123  gateway',
        '  123456789012',
        `  ${'x'.repeat(67)}…`,
        '5bf92f3577b34da6a3ce929d0e0e4736  2026-09-15 07:12:33      cart',
        '             7',
        '  y',
        '',
      ].join('\n'),
    );
  });
});
