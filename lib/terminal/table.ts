const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Plain text without combining marks or wide characters, where a character is a column. */
const NARROW = /^[\x20-\x7e\u00a0-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25a1]*$/;

// The wide and full-width blocks of Unicode's East Asian Width (UAX 11), merged where nothing narrow lies between.
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
const EMOJI = /^\p{Emoji_Presentation}|\ufe0f/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** How many terminal columns the text takes. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) {
    return text.length;
  }
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    width += graphemeWidth(segment);
  }
  return width;
}

/** Fills the text up to `width` columns, or cuts it there with an ellipsis. */
export function fitToWidth(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const shown = cutToWidth(text, width);
  const fill = ' '.repeat(Math.max(0, width - displayWidth(shown)));
  return align === 'right' ? fill + shown : shown + fill;
}

/** Cuts the text to at most `width` columns, the last of them an ellipsis when something was cut. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) {
    return text;
  }
  let shown = '';
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width - 1) {
      break;
    }
    shown += segment;
  }
  return width > 0 ? `${shown}…` : '';
}

function graphemeWidth(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) {
    return 0;
  }
  return WIDE.test(grapheme) || EMOJI.test(grapheme) ? 2 : 1;
}

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

/** Below this a cut column says nothing, and the row is better spread over several lines. */
const MIN_CUT_WIDTH = 10;

/** Columns up to this width are cut last. */
const SPARED_WIDTH = 32;

/** The ID of a trace or of a span, or a time: only of use whole. */
const WHOLE = /^(?:[\da-f]{16}|[\da-f]{32}|\d{4}-\d{2}-\d{2}[ T][\d:.]+Z?)$/;

/**
 * Draws a table no wider than the terminal: the widest columns give way first and long texts are cut, but never an ID, a time
 * or a number. When that would leave too little of the texts, each row goes over several lines; the only row becomes a list of
 * its columns.
 */
export function renderTable(table: Table, style: TableStyle): string {
  const natural = table.columns.map((column, index) =>
    table.rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? '')), displayWidth(column.title)),
  );
  const floors = table.columns.map(({ align }, index) => {
    const whole = table.rows.map((row) => row[index] ?? '').filter((cell) => align === 'right' || WHOLE.test(cell));
    return whole.reduce((widest, cell) => Math.max(widest, displayWidth(cell)), 0);
  });
  const room = style.width - GAP.length * (natural.length - 1);
  const spared = natural.map((width, index) => (width <= SPARED_WIDTH ? width : (floors[index] ?? 0)));
  const widths = widthsThatFit(natural, spared, room) ?? widthsThatFit(natural, floors, room);
  if (widths !== undefined) return renderLines(table, widths, [table.columns.length], style);
  return table.rows.length === 1 ? renderRecord(table, style) : renderWrapped(table, natural, floors, style);
}

/**
 * Column widths that fill at most `room`: none below its floor, and the others share one limit, the largest that fits.
 * Undefined when it would be too small.
 */
function widthsThatFit(natural: readonly number[], floors: readonly number[], room: number): number[] | undefined {
  const limitedTo = (cap: number) => natural.map((width, index) => Math.min(width, Math.max(floors[index] ?? 0, cap)));
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

/** @param ends index of the column after the last one of each line of a row */
function renderLines({ columns, rows }: Table, widths: readonly number[], ends: readonly number[], style: TableStyle) {
  const line = (cells: readonly string[], fill: string) =>
    ends.map((end, index) => {
      const first = index === 0 ? 0 : (ends[index - 1] ?? 0);
      const shown = columns.slice(first, end).map(({ align }, at) => {
        const width = widths[first + at] ?? 0;
        return fill === '' ? fitToWidth(cells[first + at] ?? '', width, align) : fill.repeat(width);
      });
      return ((index === 0 ? '' : GAP) + shown.join(GAP)).trimEnd();
    });
  return [
    ...line(
      columns.map(({ title }) => title),
      '',
    ).map(style.bold),
    ...line([], '─').slice(0, 1),
    ...rows.flatMap((row) => line(row, '')),
    '',
  ].join('\n');
}

/** Each row over several lines, the further ones indented: as many columns on each as fit. */
function renderWrapped(table: Table, natural: readonly number[], floors: readonly number[], style: TableStyle): string {
  const room = style.width - GAP.length;
  const widths = natural.map((width, index) => Math.min(width, Math.max(floors[index] ?? 0, room)));
  const ends: number[] = [];
  let used = 0;
  for (const [index, width] of widths.entries()) {
    if (index > 0 && used + GAP.length + width > room) {
      ends.push(index);
      used = width;
    } else {
      used += (used === 0 ? 0 : GAP.length) + width;
    }
  }
  return renderLines(table, widths, [...ends, widths.length], style);
}

function renderRecord({ columns, rows: [row = []] }: Table, style: TableStyle): string {
  const titleWidth = Math.max(...columns.map(({ title }) => displayWidth(title)));
  const valueWidth = Math.max(MIN_CUT_WIDTH, style.width - titleWidth - GAP.length);
  const lines = columns.map(({ title, align }, at) => {
    const value = row[at] ?? '';
    const shown = align === 'right' || WHOLE.test(value) ? value : fitToWidth(value, valueWidth);
    return (style.bold(fitToWidth(title, titleWidth)) + GAP + shown).trimEnd();
  });
  return `${lines.join('\n')}\n`;
}
