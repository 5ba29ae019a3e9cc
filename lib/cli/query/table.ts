import { displayWidth, fitToWidth } from './display-width.ts';

export interface TableColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

export interface Table {
  readonly columns: readonly TableColumn[];
  /** Texts without line breaks, as many in each row as there are columns. */
  readonly rows: readonly (readonly string[])[];
}

export interface TableStyle {
  /** Columns of the terminal. */
  readonly width: number;
  /** Marks a title. */
  readonly bold: (text: string) => string;
}

const GAP = '  ';

/** Below this a cut column says nothing, and a row is better shown as a list. */
const MIN_CUT_WIDTH = 10;

/** A trace ID is only of use whole, so columns up to its width are cut last. */
const TRACE_ID_WIDTH = 32;

/**
 * Draws a table no wider than the terminal: the widest columns give way first and long cells are cut. When that would
 * leave too little of them, each row becomes a list of its columns instead.
 */
export function renderTable(table: Table, style: TableStyle): string {
  const natural = table.columns.map((column, index) =>
    table.rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? '')), displayWidth(column.title)),
  );
  const room = style.width - GAP.length * (natural.length - 1);
  const widths = widthsThatFit(natural, room, TRACE_ID_WIDTH) ?? widthsThatFit(natural, room, 0);
  if (widths === undefined) {
    return renderRecords(table, style);
  }
  const line = (cells: readonly string[]) =>
    table.columns
      .map((column, index) => fitToWidth(cells[index] ?? '', widths[index] ?? 0, column.align))
      .join(GAP)
      .trimEnd();
  return [
    style.bold(line(table.columns.map((column) => column.title))),
    widths.map((width) => '─'.repeat(width)).join(GAP),
    ...table.rows.map(line),
    '',
  ].join('\n');
}

/**
 * Column widths that fill at most `room`: those up to `spared` stay as they are, and the others share one limit, the
 * largest that fits. Undefined when it would be too small.
 */
function widthsThatFit(natural: readonly number[], room: number, spared: number): number[] | undefined {
  const limitedTo = (cap: number) => natural.map((width) => (width <= spared ? width : Math.min(width, cap)));
  let cap = Math.max(MIN_CUT_WIDTH, ...natural);
  while (cap >= MIN_CUT_WIDTH) {
    const widths = limitedTo(cap);
    const excess = widths.reduce((sum, width) => sum + width, 0) - room;
    if (excess <= 0) {
      return widths;
    }
    cap -= Math.max(1, Math.floor(excess / natural.length));
  }
  return undefined;
}

function renderRecords(table: Table, style: TableStyle): string {
  const titleWidth = Math.max(...table.columns.map((column) => displayWidth(column.title)));
  const valueWidth = Math.max(MIN_CUT_WIDTH, style.width - titleWidth - GAP.length);
  const lines = table.rows.flatMap((row, index) => [
    style.bold(`row ${index + 1}`),
    ...table.columns.map((column, at) =>
      (fitToWidth(column.title, titleWidth) + GAP + fitToWidth(row[at] ?? '', valueWidth)).trimEnd(),
    ),
    '',
  ]);
  return table.rows.length === 0 ? '' : `${lines.join('\n')}\n`;
}
