import type { Measured, Row, Verdict } from './row.ts';
import { verdictOf } from './row.ts';

export interface Result {
  readonly row: Row;
  readonly measured: Measured | { readonly failed: string };
}

export function verdictOfResult({ row, measured }: Result): Verdict | 'failed' {
  return 'failed' in measured ? 'failed' : verdictOf(row, measured);
}

/** A line for the terminal. */
export function resultLine(result: Result): string {
  const { row, measured } = result;
  const bounds = `floor ${bound(row, row.floor)}, goal ${bound(row, row.goal)}`;
  const verdict = verdictOfResult(result);
  if ('skipped' in measured) return `${row.name.padEnd(62)} SKIPPED: ${measured.skipped}`;
  if ('failed' in measured) return `${row.name.padEnd(62)} FAILED: ${measured.failed}`;
  const [low, high] = measured.quartiles;
  const value = `${shown(measured.value)} ${row.unit}`.padStart(16);
  return `${row.name.padEnd(62)} ${value}  (${shown(low)} to ${shown(high)})  ${bounds}: ${verdict}${note(measured.note)}`;
}

/** The table of `docs/performance.md`. */
export function markdownTable(results: readonly Result[]): string {
  const lines = results.map((result) => {
    const { row, measured } = result;
    const bounds = `${bound(row, row.floor)} | ${bound(row, row.goal)}`;
    if (!('value' in measured)) return `| ${row.name} | not measured | | ${bounds} | ${verdictOfResult(result)} |`;
    const [low, high] = measured.quartiles;
    const cells = `${shown(measured.value)} ${row.unit} | ${shown(low)} to ${shown(high)}`;
    return `| ${row.name} | ${cells} | ${bounds} | ${verdictOfResult(result)} |`;
  });
  return ['| row | measured | half of the rounds | floor | goal | |', '|---|---|---|---|---|---|', ...lines].join('\n');
}

function bound({ better }: Row, value: number): string {
  return `${better === 'higher' ? '≥' : '≤'} ${shown(value)}`;
}

function note(text: string | undefined): string {
  return text === undefined ? '' : `\n    ${text}`;
}

/** Three digits that count. */
function shown(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
